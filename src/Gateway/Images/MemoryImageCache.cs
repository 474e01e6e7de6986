namespace Gateway.Images;

/// <summary>What this process remembers of images, each for its own time; the oldest go first when there are too many.</summary>
internal sealed class MemoryImageCache(int most, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ImageKey, Entry> _entries = [];
    private readonly Queue<(ImageKey Key, Entry Entry)> _order = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public bool TryGet(ImageKey key, out RemoteImage image)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.Since) < entry.Fresh)
            {
                image = entry.Image;
                return true;
            }
        }

        image = default;
        return false;
    }

    public void Set(ImageKey key, FetchedImage fetched)
    {
        if (fetched.Fresh <= TimeSpan.Zero)
        {
            return;
        }

        var entry = new Entry(fetched.Image, time.GetTimestamp(), fetched.Fresh);
        lock (_gate)
        {
            _entries[key] = entry;
            _order.Enqueue((key, entry));
            while (_order.Count > most)
            {
                // An entry that was replaced is in the queue twice, and goes with the second.
                var (old, replaced) = _order.Dequeue();
                if (_entries.TryGetValue(old, out var held) && ReferenceEquals(held, replaced))
                {
                    _entries.Remove(old);
                }
            }
        }
    }

    private sealed record Entry(RemoteImage Image, long Since, TimeSpan Fresh);
}
