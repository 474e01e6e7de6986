namespace Gateway.Keys;

/// <summary>
/// Which of the known keys goes when another one needs its room: the hand of a clock passes over those that were used since it came by last, and
/// takes the first that was not. So a flood of keys that are used once, good ones too, pushes out itself rather than the keys at work.
/// </summary>
/// <param name="capacity">Keys at most, 1 or more.</param>
internal sealed class KeyClock(int capacity)
{
    /// <summary>Keys that one insertion looks at: where all are at work, one of them must go before long.</summary>
    private const int MostSteps = 1024;

    private readonly List<(KeyHash Hash, KnownKey Key)> _ring = [];
    private int _hand;

    /// <summary>Places a key that was just added. Not for several threads at once.</summary>
    /// <param name="hash">Of the key.</param>
    /// <param name="key">As it was added.</param>
    /// <param name="isHeld">Whether that entry is in the cache still.</param>
    /// <returns>The entry that must leave the cache for it, or null.</returns>
    public KeyHash? Place(KeyHash hash, KnownKey key, Func<KeyHash, KnownKey, bool> isHeld)
    {
        if (_ring.Count < capacity)
        {
            _ring.Add((hash, key));
            return null;
        }

        for (var step = 1; ; step++)
        {
            var at = _hand;
            _hand = (_hand + 1) % capacity;
            var (oldHash, old) = _ring[at];
            var held = isHeld(oldHash, old);
            if (held && old.TakeTouch() && step < MostSteps)
            {
                continue;
            }

            _ring[at] = (hash, key);
            return held ? oldHash : null;
        }
    }
}
