using System.Numerics;
using Gateway.Core.Models;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// Chooses among a card's deployments: (1) those that are ready, of the first tier that has one; (2) two of them drawn by weight, the same
/// one perhaps twice; (3) the second only where it is clearly better off, by its requests in flight for its weight times its recent time to
/// a first byte. So weights hold while all are well, and load leaves the one that is slow or stuck.
/// </summary>
internal sealed class Router(DeploymentStates states, Random random, TimeProvider time)
{
    // Less of a difference than this is noise.
    private const double Clearly = 0.9;

    public TimeProvider Time => time;

    public Candidate[] Candidates(ModelCard card) => states.Of(card);

    /// <summary>Whom a request would go to now; the one that is ready soonest, where none is.</summary>
    public Deployment First(ModelCard card)
    {
        var candidates = states.Of(card);
        var index = Pick(candidates, excluded: 0);
        return candidates[index >= 0 ? index : Soonest(candidates, excluded: 0) is var soonest and >= 0 ? soonest : 0].Deployment;
    }

    /// <param name="candidates">In the order of their tiers.</param>
    /// <param name="excluded">A bit for each that is not to be chosen.</param>
    /// <returns>The index of one that is ready; -1 where none is.</returns>
    public int Pick(ReadOnlySpan<Candidate> candidates, ulong excluded)
    {
        var now = time.GetTimestamp();
        for (var (start, end) = (0, 0); start < candidates.Length; start = end)
        {
            var ready = 0UL;
            long weights = 0;
            for (end = start; end < candidates.Length && candidates[end].Deployment.Priority == candidates[start].Deployment.Priority; end++)
            {
                if ((excluded >> end & 1) == 0 && candidates[end].IsReady(now))
                {
                    ready |= 1UL << end;
                    weights += candidates[end].Deployment.Weight;
                }
            }

            if (ready != 0)
            {
                return BitOperations.IsPow2(ready)
                    ? BitOperations.TrailingZeroCount(ready)
                    : Better(candidates, Draw(candidates, ready, weights), Draw(candidates, ready, weights), (double)weights / BitOperations.PopCount(ready));
            }
        }

        return -1;
    }

    /// <returns>The index of the one with room that will be ready first, though it is not; -1 where none has room.</returns>
    public int Soonest(ReadOnlySpan<Candidate> candidates, ulong excluded)
    {
        var now = time.GetTimestamp();
        var (best, at) = (-1, long.MaxValue);
        for (var i = 0; i < candidates.Length; i++)
        {
            if ((excluded >> i & 1) == 0 && candidates[i].HasRoom && candidates[i].ReadyAt(now, time) is var ready && (best < 0 || ready < at))
            {
                (best, at) = (i, ready);
            }
        }

        return best;
    }

    /// <summary>How long to wait before a retry: between nothing and a bound that doubles with each, 2 s at most.</summary>
    public TimeSpan Backoff(RetryPolicy policy, int retry)
    {
        var longest = policy.Backoff * (1 << Math.Min(retry - 1, 10));
        var bound = longest < LongestBackoff ? longest : LongestBackoff;
        return bound * random.NextDouble();
    }

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    private int Draw(ReadOnlySpan<Candidate> candidates, ulong ready, long weights)
    {
        var drawn = random.NextInt64(weights);
        var last = 0;
        for (var rest = ready; rest != 0; rest &= rest - 1)
        {
            last = BitOperations.TrailingZeroCount(rest);
            if ((drawn -= candidates[last].Deployment.Weight) < 0)
            {
                break;
            }
        }

        return last;
    }

    private static int Better(ReadOnlySpan<Candidate> candidates, int first, int second, double meanWeight)
    {
        if (first == second)
        {
            return first;
        }

        var (one, two) = (candidates[first], candidates[second]);
        var (oneMs, twoMs) = (one.State.FirstByteMs, two.State.FirstByteMs);

        // Nothing is known of one: only the requests in flight count.
        (oneMs, twoMs) = oneMs == 0 || twoMs == 0 ? (1, 1) : (oneMs, twoMs);
        return Load(two, meanWeight) * twoMs < Clearly * Load(one, meanWeight) * oneMs ? second : first;
    }

    private static double Load(Candidate candidate, double meanWeight) => 1 + (candidate.State.InFlight * meanWeight / candidate.Deployment.Weight);
}
