using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>What an account says, and what follows from its credits, rows and holds.</summary>
internal sealed record FundsDifference(string Subject, string Field, Money Stored, Money Computed)
{
    public override string ToString() => $"{Subject} {Field}: {Stored} stored, {Computed} computed";
}
