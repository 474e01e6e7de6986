using Gateway.Core.Admission;

namespace Gateway.Catalog;

/// <summary>The catalog's <c>limits</c>.</summary>
/// <param name="TokensCharge">How many tokens a request is charged at admission.</param>
/// <param name="DefaultCompletionTokens">Assumed for a request that states no maximum, where its model's card says nothing.</param>
/// <param name="WhenRedisIsDown">What rate limits do while Redis cannot be reached.</param>
internal sealed record LimitSettings(TokensCharge TokensCharge, long DefaultCompletionTokens, RedisDownPolicy WhenRedisIsDown)
{
    public static readonly LimitSettings Default = new(TokensCharge.Sum, 1024, RedisDownPolicy.LocalShare);
}
