namespace Gateway.Core.Pricing;

/// <summary>
/// A model's price from an instant on. <paramref name="Json"/> is its own text as it goes onto every ledger row, so that a bill
/// can be recomputed from its row alone.
/// </summary>
/// <param name="From">The first instant (UTC) at which it applies.</param>
/// <param name="Rates">What is charged.</param>
/// <param name="List">The provider's list price, absent rates filled from <paramref name="Rates"/>; equal to them where none is given.</param>
/// <param name="Json">Canonical JSON: <c>{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"}}</c>.</param>
public sealed record ModelPrice(DateTimeOffset From, Rates Rates, Rates List, string Json)
{
    /// <summary>A model without a price: everything is free, and rows say so.</summary>
    public static readonly ModelPrice Free = new(DateTimeOffset.MinValue, Rates.None, Rates.None, "{}");
}
