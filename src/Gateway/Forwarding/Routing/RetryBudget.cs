namespace Gateway.Forwarding.Routing;

/// <summary>
/// Bounds what retries add to a deployment's load: a fifth of its first requests, beyond a burst of <see cref="Burst"/>. Counted in fifths
/// of a retry; from any thread.
/// </summary>
internal sealed class RetryBudget
{
    public const int Burst = 100;

    private const int FifthsOfOne = 5;
    private const int Most = Burst * FifthsOfOne;

    private int _fifths = Most;

    /// <summary>A request came that is no retry.</summary>
    public void Earn()
    {
        for (var seen = Volatile.Read(ref _fifths); seen < Most; seen = Volatile.Read(ref _fifths))
        {
            if (Interlocked.CompareExchange(ref _fifths, seen + 1, seen) == seen)
            {
                return;
            }
        }
    }

    /// <returns>False where it is spent; nothing is taken then.</returns>
    public bool TryTake()
    {
        for (var seen = Volatile.Read(ref _fifths); seen >= FifthsOfOne; seen = Volatile.Read(ref _fifths))
        {
            if (Interlocked.CompareExchange(ref _fifths, seen - FifthsOfOne, seen) == seen)
            {
                return true;
            }
        }

        return false;
    }
}
