using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>
/// One limit that binds a request: whose, of what, and its size. Of requests and tokens a minute it is a bucket, and the size also what
/// refills in a minute; of requests at once the level counts what is free, and a request holds 1 of it for as long as it runs.
/// </summary>
internal readonly record struct BucketRule(LimitScope Scope, LimitKind Kind, long Limit)
{
    /// <summary>
    /// Levels count 1/60000 of a request or token, so that one millisecond refills exactly <see cref="Limit"/> of them and no fraction
    /// is ever lost. With limits up to <see cref="LimitScope.LargestLimit"/> a full bucket is at most 6e13, exact in a double as well.
    /// </summary>
    public const long Unit = 60_000;

    /// <summary>The deepest a bucket can go below zero; keeps every sum of levels below 2^53.</summary>
    public const long LargestDebt = 4_000_000_000_000_000;

    // Nobody knows when a request will end; a second is short to wait, and long enough not to be asked for nothing all the time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public long Full => Limit * Unit;

    public long Wanted(long tokens) => Kind == LimitKind.Tokens ? tokens : 1;

    public bool Admits(long level, long tokens)
    {
        var wanted = Wanted(tokens);
        return wanted <= Limit && level >= wanted * Unit;
    }

    /// <summary>Until there is room, rounded up to a millisecond; <see cref="TimeSpan.MaxValue"/> where there never is.</summary>
    public TimeSpan WaitFor(long level, long tokens)
    {
        if (Kind == LimitKind.Concurrency)
        {
            return LookAgain;
        }

        var wanted = Wanted(tokens);
        return wanted > Limit ? TimeSpan.MaxValue : TimeToGain((wanted * Unit) - level);
    }

    /// <summary>For the headers. The reset is (limit - remaining) x 60 s / limit with the unrounded remainder, rounded up to a millisecond.</summary>
    public LimitLevel Describe(long level) => new(Limit, Math.Max(0, level / Unit), TimeToGain(Full - level));

    public LimitUse Use(long level) =>
        new(Scope, Kind, Limit, Used(level), Math.Max(0, level / Unit), Kind == LimitKind.Concurrency ? null : TimeToGain(Full - level));

    /// <summary>Rounded up, as what remains is rounded down; more than the limit in a bucket below zero.</summary>
    public long Used(long level) => (Full - level + Unit - 1) / Unit;

    private TimeSpan TimeToGain(long units) => TimeSpan.FromMilliseconds((units + Limit - 1) / Limit);
}
