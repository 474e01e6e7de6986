using System.Collections.Frozen;
using System.Text.Json;
using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>Limits as they stand in a column, in the contract's JSON.</summary>
internal sealed record StoredLimits(
    long? RequestsPerMinute, long? TokensPerMinute, long? ConcurrentRequests, Dictionary<string, StoredLimits>? Models)
{
    public static string? Write(RateLimits limits) =>
        limits.IsEmpty ? null : JsonSerializer.Serialize(From(limits), KeysJson.Default.StoredLimits);

    public static RateLimits Read(string? text) =>
        text is null || JsonSerializer.Deserialize(text, KeysJson.Default.StoredLimits) is not { } stored ? RateLimits.None : stored.ToLimits();

    public static StoredLimits From(RateLimits limits) => new(
        limits.RequestsPerMinute,
        limits.TokensPerMinute,
        limits.ConcurrentRequests,
        limits.Models.Count == 0 ? null : limits.Models.ToDictionary(model => model.Key, model => From(model.Value)));

    private RateLimits ToLimits() => new()
    {
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
        ConcurrentRequests = ConcurrentRequests,
        Models = (Models ?? []).ToFrozenDictionary(model => model.Key, model => model.Value.ToLimits()),
    };
}
