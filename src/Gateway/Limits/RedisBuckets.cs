using Gateway.Core.Admission;
using Gateway.Core.Callers;
using StackExchange.Redis;

namespace Gateway.Limits;

/// <summary>The scopes of one caller as keys and arguments of the script, made once, and what this node last saw of their levels.</summary>
internal sealed class RedisBuckets
{
    private readonly RedisKey[] _keys;
    private readonly RedisValue[] _arguments;
    private readonly RedisKey[] _settledKeys;
    private readonly RedisValue[] _settledArguments;
    private readonly LevelHint[] _hints;

    public RedisBuckets(TenantId tenant, BucketRules rules, LevelHints hints)
    {
        Tenant = tenant;
        Rules = rules;
        _hints = new LevelHint[rules.Count];

        List<RedisKey> keys = [], settledKeys = [], leaseKeys = [];
        List<RedisValue> arguments = [], settledArguments = [];
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules.All[i];
            var key = RedisKeys.Of(tenant, rule.Scope.Id, rule.Kind);
            RedisValue[] argument = [Letter(rule.Kind), rule.Limit];
            _hints[i] = hints.For(rule);
            keys.Add(key);
            arguments.AddRange(argument);
            if (rule.Kind != LimitKind.Requests)
            {
                settledKeys.Add(key);
                settledArguments.AddRange(argument);
            }

            if (rule.Kind == LimitKind.Concurrency)
            {
                leaseKeys.Add(key);
            }
        }

        (_keys, _arguments, _settledKeys, _settledArguments, LeaseKeys) =
            ([.. keys], [.. arguments], [.. settledKeys], [.. settledArguments], [.. leaseKeys]);
    }

    public TenantId Tenant { get; }

    public BucketRules Rules { get; }

    /// <summary>The sets in which a request holds a lease.</summary>
    public IReadOnlyList<RedisKey> LeaseKeys { get; }

    /// <summary>Requests a minute alone are never corrected or given back.</summary>
    public bool IsSettled => _settledKeys.Length > 0;

    public RedisCall Peek(RedisValue now) => new(_keys, [.. Head("peek", now, tokens: 1, TimeSpan.Zero, string.Empty), .. _arguments]);

    /// <summary>For the script of levels.</summary>
    public static RedisCall Read(TenantId tenant, BucketRules rules, RedisValue now)
    {
        var keys = new RedisKey[rules.Count];
        List<RedisValue> arguments = [now];
        for (var i = 0; i < keys.Length; i++)
        {
            var rule = rules.All[i];
            keys[i] = RedisKeys.Of(tenant, rule.Scope.Id, rule.Kind);
            arguments.AddRange(Letter(rule.Kind), rule.Limit);
        }

        return new RedisCall(keys, [.. arguments]);
    }

    /// <param name="remembered">How long the tokens charged can be corrected.</param>
    public RedisCall Reserve(string requestId, RedisValue now, long tokens, TimeSpan remembered) => new(
        [.. _keys, RedisKeys.Reservation(Tenant, requestId)],
        [.. Head("reserve", now, tokens, Rules.HasTokens ? remembered : TimeSpan.Zero, requestId), .. _arguments]);

    public RedisCall Settle(string requestId, RedisValue now, long tokensUsed) => new(
        [.. _settledKeys, RedisKeys.Reservation(Tenant, requestId)],
        [.. Head("settle", now, tokensUsed, TimeSpan.Zero, requestId), .. _settledArguments]);

    /// <summary>Remembers all levels.</summary>
    public void Saw(ReadOnlySpan<long> levels, long nowMs)
    {
        for (var i = 0; i < _hints.Length; i++)
        {
            _hints[i].Saw(levels[i], nowMs, Rules.All[i].Limit);
        }
    }

    /// <summary>Remembers the levels that a settlement tells.</summary>
    public void SawSettled(ReadOnlySpan<long> levels, long nowMs)
    {
        var next = 0;
        for (var i = 0; i < _hints.Length; i++)
        {
            var rule = Rules.All[i];
            if (rule.Kind != LimitKind.Requests)
            {
                _hints[i].SawCorrected(levels[next++], nowMs, rule.Limit);
            }
        }
    }

    /// <summary>The levels by now, had nobody drawn on them since they were last seen; full where they never were.</summary>
    public void Recall(Span<long> levels, long nowMs)
    {
        for (var i = 0; i < _hints.Length; i++)
        {
            levels[i] = _hints[i].LevelAt(nowMs, Rules.All[i].Limit);
        }
    }

    /// <summary>Going by what was last seen, would the least request be refused now? A guess: others use the same limits.</summary>
    public bool MayBeExhausted(long nowMs)
    {
        for (var i = 0; i < _hints.Length; i++)
        {
            if (_hints[i].LevelAt(nowMs, Rules.All[i].Limit) < BucketRule.Unit)
            {
                return true;
            }
        }

        return false;
    }

    private static RedisValue Letter(LimitKind kind) => kind switch
    {
        LimitKind.Requests => "r",
        LimitKind.Tokens => "t",
        _ => "c",
    };

    private static RedisValue[] Head(RedisValue operation, RedisValue now, long tokens, TimeSpan remembered, RedisValue id) =>
        [operation, now, tokens, (long)remembered.TotalMilliseconds, id];
}
