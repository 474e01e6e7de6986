using System.Collections.Frozen;
using Gateway.Core.Admission;
using Gateway.Core.Callers;

namespace Gateway.Admin;

/// <summary>The <c>limits</c> of a tenant or key.</summary>
internal static class LimitsBody
{
    private const int MaxModelLength = 200;

    public static RateLimits Read(BodyFields? fields)
    {
        if (fields is null)
        {
            return RateLimits.None;
        }

        var limits = ReadRates(fields) with { Models = ReadModels(fields.Object("models")) };
        fields.RefuseOthers();
        return limits;
    }

    private static RateLimits ReadRates(BodyFields fields) => new()
    {
        RequestsPerMinute = fields.Whole("requests_per_minute", 1, LimitScope.LargestLimit),
        TokensPerMinute = fields.Whole("tokens_per_minute", 1, LimitScope.LargestLimit),
        ConcurrentRequests = fields.Whole("concurrent_requests", 1, LimitScope.LargestConcurrency),
    };

    private static FrozenDictionary<string, RateLimits> ReadModels(BodyFields? models)
    {
        var read = new Dictionary<string, RateLimits>();
        foreach (var model in models?.Names ?? [])
        {
            if (model.Length is 0 or > MaxModelLength || model.Any(char.IsControl))
            {
                models!.Fail(Core.Errors.GatewayError.InvalidValue(models.PathOf("*"), $"a model's id has 1 to {MaxModelLength} characters, none of them a control character."));
                break;
            }

            if (models!.Object(model) is { } fields)
            {
                read[model] = ReadRates(fields);
                fields.RefuseOthers();
            }
        }

        return read.ToFrozenDictionary();
    }
}
