using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Catalog.Document;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Catalog.Reading;

/// <summary>Reads one of the <c>tiers</c>.</summary>
internal static class TierReader
{
    public static RateLimits Read(Place place, TierSection section, ImmutableArray<string> models) => new()
    {
        RequestsPerMinute = place["requests_per_minute"].Number(section.RequestsPerMinute, 1, LimitScope.LargestLimit),
        TokensPerMinute = place["tokens_per_minute"].Number(section.TokensPerMinute, 1, LimitScope.LargestLimit),
        ConcurrentRequests = place["concurrent_requests"].Number(section.ConcurrentRequests, 1, LimitScope.LargestConcurrency),
        Models = (section.Models ?? []).ToFrozenDictionary(
            model => model.Key, model => OfModel(place["models"][model.Key], model.Key, model.Value, models), StringComparer.Ordinal),
    };

    private static RateLimits OfModel(Place place, string model, ModelLimitsSection section, ImmutableArray<string> models)
    {
        if (!models.Contains(model))
        {
            place.Refuse($"\"{model}\" is no model of this file; write a model's id, which is not an alias");
        }

        return new RateLimits
        {
            RequestsPerMinute = place["requests_per_minute"].Number(section.RequestsPerMinute, 1, LimitScope.LargestLimit),
            TokensPerMinute = place["tokens_per_minute"].Number(section.TokensPerMinute, 1, LimitScope.LargestLimit),
            ConcurrentRequests = place["concurrent_requests"].Number(section.ConcurrentRequests, 1, LimitScope.LargestConcurrency),
        };
    }
}
