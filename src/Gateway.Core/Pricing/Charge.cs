namespace Gateway.Core.Pricing;

/// <summary>What one request costs, and what it would have cost at list price.</summary>
public readonly record struct Charge(Money Amount, Money ListAmount)
{
    public static readonly Charge None;
}
