using System.Collections.Immutable;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Keys;

/// <summary>A key that is to be.</summary>
internal sealed record KeyDraft(string Name)
{
    public RateLimits Limits { get; init; } = RateLimits.None;

    public ImmutableArray<string> AllowedModels { get; init; } = [];

    public Money? MonthlyBudget { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Role Role { get; init; }

    /// <summary>In the form of <see cref="AddressRanges"/>.</summary>
    public ImmutableArray<string> AllowedIps { get; init; } = [];
}
