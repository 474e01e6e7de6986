using Gateway.Catalog.Document;
using Gateway.Core.Admission;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>limits</c>; what is absent keeps its default.</summary>
internal static class LimitSettingsReader
{
    public static LimitSettings Read(Place place, LimitsSection? section)
    {
        var usual = LimitSettings.Default;
        return section is null ? usual : new LimitSettings(
            place["tokens_charge"].Choice(section.TokensCharge, usual.TokensCharge, ("sum", TokensCharge.Sum), ("max", TokensCharge.Max)),
            place["default_completion_tokens"].Number(section.DefaultCompletionTokens, 1, 1_000_000_000) ?? usual.DefaultCompletionTokens,
            place["when_redis_is_down"].Choice(
                section.WhenRedisIsDown,
                usual.WhenRedisIsDown,
                ("local_share", RedisDownPolicy.LocalShare),
                ("refuse", RedisDownPolicy.Refuse),
                ("admit", RedisDownPolicy.Admit)));
    }
}
