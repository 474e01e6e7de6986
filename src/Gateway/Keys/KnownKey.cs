using Gateway.Core.Callers;

namespace Gateway.Keys;

/// <summary>A key that is not revoked, as it is remembered.</summary>
/// <param name="Caller">Who it stands for.</param>
/// <param name="ExpiresAt">When it, or the secret that was presented, ends.</param>
/// <param name="Addresses">Where it may be used from; null for anywhere.</param>
internal sealed record KnownKey(Caller Caller, DateTimeOffset? ExpiresAt, AddressRanges? Addresses)
{
    // A field, so that noting a use costs a comparison.
    private int _usedIn;
    private bool _touched;

    /// <summary>Whether this is the first use in that interval. Of several at once each may be told so.</summary>
    public bool IsFirstUseIn(int interval)
    {
        if (Volatile.Read(ref _usedIn) == interval)
        {
            return false;
        }

        Volatile.Write(ref _usedIn, interval);
        return true;
    }

    /// <summary>Notes that it was found in the cache. Written only where it changes, so that cores do not take the line from each other.</summary>
    public void Touch()
    {
        if (!Volatile.Read(ref _touched))
        {
            Volatile.Write(ref _touched, true);
        }
    }

    /// <summary>Whether it was found since this was asked last.</summary>
    public bool TakeTouch()
    {
        var touched = Volatile.Read(ref _touched);
        Volatile.Write(ref _touched, false);
        return touched;
    }
}
