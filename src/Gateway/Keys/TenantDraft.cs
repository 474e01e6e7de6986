using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>A tenant that is to be.</summary>
internal sealed record TenantDraft(string Name)
{
    public string? Tier { get; init; }

    public RateLimits Limits { get; init; } = RateLimits.None;

    public DisconnectPolicy Disconnect { get; init; }
}
