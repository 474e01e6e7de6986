using Gateway.Core.Admission;
using Gateway.Core.Callers;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>The scopes of one caller as keys and arguments of the script, made once, and what this node last saw of their levels.</summary>
internal sealed class RedisBuckets
{
    private const int HeadLength = 4;

    private readonly RedisKey[] _keys;
    private readonly RedisValue[] _arguments;
    private readonly RedisKey[] _tokenKeys;
    private readonly RedisValue[] _tokenArguments;
    private readonly Bucket[] _hints;

    public RedisBuckets(TenantId tenant, BucketRules rules, LevelHints hints)
    {
        Tenant = tenant;
        Rules = rules;
        _hints = new Bucket[rules.Count];

        List<RedisKey> keys = [], tokenKeys = [];
        List<RedisValue> arguments = [], tokenArguments = [];
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules.All[i];
            var ofTokens = rule.Kind == LimitKind.Tokens;
            RedisKey key = $"{Prefix(tenant)}:bucket:{rule.Scope.Id}:{(ofTokens ? "tokens" : "requests")}";
            _hints[i] = hints.For(rule);
            keys.Add(key);
            arguments.AddRange([ofTokens ? "t" : "r", rule.Limit]);
            if (ofTokens)
            {
                tokenKeys.Add(key);
                tokenArguments.AddRange(["t", rule.Limit]);
            }
        }

        (_keys, _arguments, _tokenKeys, _tokenArguments) = ([.. keys], [.. arguments], [.. tokenKeys], [.. tokenArguments]);
    }

    public TenantId Tenant { get; }

    public BucketRules Rules { get; }

    /// <summary>Without token buckets nothing is ever corrected, and reservations need not be remembered.</summary>
    public bool HasTokens => _tokenKeys.Length > 0;

    public RedisCall Peek(RedisValue now) => new(_keys, [.. Head("peek", now, tokens: 1, remembered: TimeSpan.Zero), .. _arguments]);

    public RedisCall Reserve(string requestId, RedisValue now, long tokens, TimeSpan remembered) =>
        new([.. _keys, Key(requestId)], [.. Head("reserve", now, tokens, HasTokens ? remembered : TimeSpan.Zero), .. _arguments]);

    public RedisCall Settle(string requestId, RedisValue now, long tokensUsed) =>
        new([.. _tokenKeys, Key(requestId)], [.. Head("settle", now, tokensUsed, TimeSpan.Zero), .. _tokenArguments]);

    /// <summary>Remembers the levels of all buckets.</summary>
    public void Saw(ReadOnlySpan<long> levels, long nowMs)
    {
        for (var i = 0; i < _hints.Length; i++)
        {
            lock (_hints[i])
            {
                _hints[i].Write(levels[i], nowMs, Rules.All[i].Limit);
            }
        }
    }

    /// <summary>Remembers the levels of the token buckets after a correction, which leaves them the limits that they had.</summary>
    public void SawCorrected(ReadOnlySpan<long> levels, long nowMs)
    {
        var next = 0;
        for (var i = 0; i < _hints.Length; i++)
        {
            var rule = Rules.All[i];
            if (rule.Kind == LimitKind.Tokens)
            {
                lock (_hints[i])
                {
                    _hints[i].Write(levels[next++], nowMs, _hints[i].LimitAt(nowMs, rule.Limit));
                }
            }
        }
    }

    /// <summary>Going by what was last seen, would the least request be refused now? A guess: others use the same buckets.</summary>
    public bool MayBeExhausted(long nowMs)
    {
        for (var i = 0; i < _hints.Length; i++)
        {
            lock (_hints[i])
            {
                if (_hints[i].LevelAt(nowMs, Rules.All[i].Limit) < BucketRule.Unit)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Prefix(TenantId tenant) => $"gw:{{{tenant.Value}}}";

    private static RedisValue[] Head(RedisValue operation, RedisValue now, long tokens, TimeSpan remembered) =>
        new RedisValue[HeadLength] { operation, now, tokens, (long)remembered.TotalMilliseconds };

    private RedisKey Key(string requestId) => $"{Prefix(Tenant)}:reservation:{requestId}";
}
