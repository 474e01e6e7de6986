using System.Collections.Immutable;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Keys;

/// <summary>A key as it is stored: all but its secret.</summary>
internal sealed record TenantKey
{
    public required KeyId Id { get; init; }

    public required TenantId Tenant { get; init; }

    public required string Name { get; init; }

    /// <summary>Its first characters, for the eye.</summary>
    public required string Prefix { get; init; }

    public RateLimits Limits { get; init; } = RateLimits.None;

    public ImmutableArray<string> AllowedModels { get; init; } = [];

    /// <summary>For a calendar month of UTC, or null.</summary>
    public Money? MonthlyBudget { get; init; }

    public Role Role { get; init; }

    /// <summary>Ranges that it may be used from; empty means any address.</summary>
    public ImmutableArray<string> AllowedIps { get; init; } = [];

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To within <see cref="KeyUses.Interval"/>; null for one that was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}
