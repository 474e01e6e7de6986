using System.Collections.Immutable;
using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>
/// The limits of a request's scopes, in a fixed order (scope by scope; requests, tokens, requests at once), and what their levels mean. Both backends
/// only keep levels; who is refused and what a client is told is worked out here for both.
/// </summary>
internal sealed class BucketRules
{
    /// <summary>Of one scope.</summary>
    public const int MostPerScope = 3;

    private readonly BucketRule[] _rules;

    private BucketRules(BucketRule[] rules)
    {
        _rules = rules;
        HasTokens = Array.Exists(rules, static rule => rule.Kind == LimitKind.Tokens);
        HasLeases = Array.Exists(rules, static rule => rule.Kind == LimitKind.Concurrency);
    }

    public int Count => _rules.Length;

    /// <summary>There are token buckets: what was charged is corrected in the end.</summary>
    public bool HasTokens { get; }

    /// <summary>Requests at once are limited: what is held is given back in the end.</summary>
    public bool HasLeases { get; }

    public ReadOnlySpan<BucketRule> All => _rules;

    /// <summary>Limits are validated where they are written (admin API, catalog); what slips through is brought into range here.</summary>
    public static BucketRules Of(ImmutableArray<LimitScope> scopes)
    {
        var rules = new List<BucketRule>(scopes.Length * MostPerScope);
        foreach (var scope in scopes)
        {
            Add(scope, LimitKind.Requests, scope.RequestsPerMinute);
            Add(scope, LimitKind.Tokens, scope.TokensPerMinute);
            Add(scope, LimitKind.Concurrency, scope.ConcurrentRequests);
        }

        return new BucketRules([.. rules]);

        void Add(LimitScope scope, LimitKind kind, long? limit)
        {
            if (limit is { } value)
            {
                var largest = kind == LimitKind.Concurrency ? LimitScope.LargestConcurrency : LimitScope.LargestLimit;
                rules.Add(new BucketRule(scope, kind, Math.Clamp(value, 1, largest)));
            }
        }
    }

    public bool Admit(ReadOnlySpan<long> levels, long tokens)
    {
        for (var i = 0; i < _rules.Length; i++)
        {
            if (!_rules[i].Admits(levels[i], tokens))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Of the limits that refuse, the one to wait for longest; one that the request can never fit comes before all.</summary>
    public LimitRefusal? Refusal(ReadOnlySpan<long> levels, long tokens)
    {
        var worst = -1;
        var longest = TimeSpan.Zero;
        for (var i = 0; i < _rules.Length; i++)
        {
            if (!_rules[i].Admits(levels[i], tokens) && _rules[i].WaitFor(levels[i], tokens) is var wait && wait > longest)
            {
                (worst, longest) = (i, wait);
            }
        }

        if (worst < 0)
        {
            return null;
        }

        var rule = _rules[worst];
        return new LimitRefusal(rule.Scope, rule.Kind, rule.Limit, rule.Used(levels[worst]), rule.Wanted(tokens), longest, Describe(levels));
    }

    /// <summary>Each limit and what of it is used, in their order.</summary>
    public IReadOnlyList<LimitUse> Use(ReadOnlySpan<long> levels)
    {
        var use = new LimitUse[_rules.Length];
        for (var i = 0; i < use.Length; i++)
        {
            use[i] = _rules[i].Use(levels[i]);
        }

        return use;
    }

    /// <summary>The tightest bucket of each kind: the least remaining, the first of equals. Requests at once have no headers.</summary>
    public LimitLevels Describe(ReadOnlySpan<long> levels)
    {
        var requests = -1;
        var tokens = -1;
        for (var i = 0; i < _rules.Length; i++)
        {
            if (_rules[i].Kind == LimitKind.Concurrency)
            {
                continue;
            }

            ref var tightest = ref _rules[i].Kind == LimitKind.Requests ? ref requests : ref tokens;
            if (tightest < 0 || levels[i] < levels[tightest])
            {
                tightest = i;
            }
        }

        return new LimitLevels(
            requests < 0 ? null : _rules[requests].Describe(levels[requests]),
            tokens < 0 ? null : _rules[tokens].Describe(levels[tokens]));
    }
}
