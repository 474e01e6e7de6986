using System.Collections.Frozen;
using Gateway.Core.Admission;

namespace Gateway.Core.Callers;

/// <summary>
/// The limits written on a tenant, a key or a tier; null means none of that kind. <see cref="Models"/> adds limits for single models,
/// by the model's id in the catalog, beside the overall ones.
/// </summary>
public sealed record RateLimits
{
    public static readonly RateLimits None = new();

    /// <summary>1 or more, refilled continuously.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>1 or more, refilled continuously.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Requests at once, from 1 to <see cref="LimitScope.LargestConcurrency"/>.</summary>
    public long? ConcurrentRequests { get; init; }

    public FrozenDictionary<string, RateLimits> Models { get; init; } = FrozenDictionary<string, RateLimits>.Empty;

    public bool IsEmpty => RequestsPerMinute is null && TokensPerMinute is null && ConcurrentRequests is null && Models.Count == 0;

    /// <summary>These limits, and where one is absent, that of <paramref name="other"/>: a tenant's overrides over its tier.</summary>
    public RateLimits Or(RateLimits? other)
    {
        if (other is null)
        {
            return this;
        }

        var models = new Dictionary<string, RateLimits>(other.Models);
        foreach (var (model, limits) in Models)
        {
            models[model] = limits.Or(other.Models.GetValueOrDefault(model));
        }

        return new RateLimits
        {
            RequestsPerMinute = RequestsPerMinute ?? other.RequestsPerMinute,
            TokensPerMinute = TokensPerMinute ?? other.TokensPerMinute,
            ConcurrentRequests = ConcurrentRequests ?? other.ConcurrentRequests,
            Models = models.ToFrozenDictionary(),
        };
    }
}
