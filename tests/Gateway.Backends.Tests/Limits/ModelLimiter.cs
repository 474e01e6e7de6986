using System.Collections.Immutable;
using System.Numerics;
using Gateway.Core.Admission;
using Gateway.Testing;

namespace Gateway.Backends.Tests.Limits;

/// <summary>
/// The rules once more, as plainly as can be: every bucket is an exact fraction, refilled in full at each step whether or not it is
/// looked at. Slow, and unlike the limiters in how it counts.
/// </summary>
/// <param name="lease">How long a request counts that nobody renews; null where it does until it ends, or all crash together.</param>
internal sealed class ModelLimiter(ManualClock clock, TimeSpan? lease)
{
    private readonly Dictionary<string, Pot> _pots = [];
    private readonly Dictionary<Charge, DateTimeOffset> _running = new(ReferenceEqualityComparer.Instance);
    private DateTimeOffset _now = clock.GetUtcNow();

    public sealed record Charge(ImmutableArray<LimitScope> Scopes, long Tokens);

    public (string Told, Charge? Charge) Reserve(ImmutableArray<LimitScope> scopes, long tokens)
    {
        var pots = Pots(scopes, tokens);
        var refusals = scopes.SelectMany(scope => pots.Where(pot => pot.Scope == scope && pot.Pot.Parts < pot.Wanted * 60_000)
            .Select(static pot => (pot.Scope, pot.Kind, Used: pot.Pot.Limit - pot.Pot.Whole, Never: pot.Wanted > pot.Pot.Limit, Wait: pot.Pot.MsUntil(pot.Wanted)))
            .Concat(Running(scope) >= scope.ConcurrentRequests ? [(scope, LimitKind.Concurrency, (BigInteger)Running(scope), false, (BigInteger)1000)] : [])).ToList();
        if (refusals.Count > 0)
        {
            pots.ForEach(static pot => pot.Pot.Take(0));
            var (scope, kind, used, never, wait) = refusals.Where(static refusal => refusal.Never)
                .Concat(refusals.OrderByDescending(static refusal => refusal.Wait))
                .First();
            return ($"{scope.Id} {kind} used {used} wait {(never ? "for ever" : $"{TimeSpan.FromMilliseconds((long)wait)}")}", null);
        }

        foreach (var (_, _, pot, wanted) in pots)
        {
            pot.Take(wanted);
        }

        var charge = new Charge(scopes, tokens);
        _running[charge] = Expiry();
        return ($"{Least(LimitKind.Requests)} {Least(LimitKind.Tokens)}", charge);

        BigInteger Least(LimitKind kind) => BigInteger.Max(0, pots.Where(pot => pot.Kind == kind).Min(static pot => pot.Pot.Whole));
    }

    public void Settle(Charge charge, long used)
    {
        Refill();
        _running.Remove(charge);
        foreach (var scope in charge.Scopes)
        {
            Find(scope.Id + " tokens").AsItIs(scope.TokensPerMinute!.Value).Take(used - charge.Tokens);
        }
    }

    /// <summary>True where one request and one token would be admitted.</summary>
    public bool Peek(ImmutableArray<LimitScope> scopes)
    {
        var pots = Pots(scopes, 1);
        var admitted = pots.TrueForAll(static pot => pot.Pot.Parts >= pot.Wanted * 60_000)
            && !scopes.Any(scope => Running(scope) >= scope.ConcurrentRequests);
        if (!admitted)
        {
            pots.ForEach(static pot => pot.Pot.Take(0));
        }

        return admitted;
    }

    /// <summary>Each of these runs still.</summary>
    public void Renew(IEnumerable<Charge> charges)
    {
        foreach (var charge in charges)
        {
            _running[charge] = Expiry();
        }
    }

    /// <summary>A node is gone; with it all, where limits are of one process.</summary>
    public void Crash()
    {
        if (lease is null)
        {
            _pots.Clear();
            _running.Clear();
        }
    }

    private int Running(LimitScope scope) =>
        _running.Count(running => running.Value > clock.GetUtcNow() && running.Key.Scopes.Any(own => own.Id == scope.Id));

    private DateTimeOffset Expiry() => lease is { } time ? clock.GetUtcNow() + time : DateTimeOffset.MaxValue;

    private List<(LimitScope Scope, LimitKind Kind, Pot Pot, long Wanted)> Pots(ImmutableArray<LimitScope> scopes, long tokens)
    {
        Refill();
        return
        [
            .. scopes.SelectMany(scope => new[]
            {
                (scope, LimitKind.Requests, Find(scope.Id + " requests").Under(scope.RequestsPerMinute!.Value), 1L),
                (scope, LimitKind.Tokens, Find(scope.Id + " tokens").Under(scope.TokensPerMinute!.Value), tokens),
            }),
        ];
    }

    private void Refill()
    {
        var passed = (long)(clock.GetUtcNow() - _now).TotalMilliseconds;
        _now = clock.GetUtcNow();
        foreach (var pot in _pots.Values)
        {
            pot.Refill(passed);
        }
    }

    private Pot Find(string name)
    {
        if (!_pots.TryGetValue(name, out var pot))
        {
            _pots[name] = pot = new Pot();
        }

        return pot;
    }

    /// <summary>A level as the numerator over 60,000, and the limit under which it was last drawn on.</summary>
    private sealed class Pot
    {
        private readonly Pot? _origin;
        private BigInteger _level;
        private long _limit;

        public Pot()
        {
        }

        private Pot(Pot origin, long limit)
        {
            _origin = origin;
            _limit = limit;
            var full = new BigInteger(limit) * 60_000;
            _level = origin.IsFull ? full : BigInteger.Min(full, origin._level);
        }

        public BigInteger Parts => _level;

        public long Limit => _limit;

        public BigInteger Whole => (_level - (((_level % 60_000) + 60_000) % 60_000)) / 60_000;

        private bool IsFull => _limit == 0 || _level >= new BigInteger(_limit) * 60_000;

        /// <summary>A view of it under a limit, drawn on through <see cref="Take"/>.</summary>
        public Pot Under(long limit) => new(this, limit);

        /// <summary>The same under the limit it has, or under the given one while it is full.</summary>
        public Pot AsItIs(long limit) => new(this, IsFull ? limit : _limit);

        public void Refill(long ms) => _level = BigInteger.Min(new BigInteger(_limit) * 60_000, _level + (new BigInteger(ms) * _limit));

        public BigInteger MsUntil(long wanted) => ((new BigInteger(wanted) * 60_000) - _level + _limit - 1) / _limit;

        public void Take(long count)
        {
            _level = BigInteger.Min(new BigInteger(_limit) * 60_000, _level - (new BigInteger(count) * 60_000));
            _origin!._level = _level;
            _origin._limit = _limit;
        }
    }
}
