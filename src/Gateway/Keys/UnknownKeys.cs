namespace Gateway.Keys;

/// <summary>Keys that the database did not know, the latest of them. Apart from the known ones, so that a flood of these pushes none of those out.</summary>
internal sealed class UnknownKeys(int capacity)
{
    private readonly Lock _gate = new();
    private readonly HashSet<KeyHash> _set = [];
    private readonly Queue<KeyHash> _oldestFirst = new();

    public bool Contains(KeyHash hash)
    {
        lock (_gate)
        {
            return _set.Contains(hash);
        }
    }

    public void Add(KeyHash hash)
    {
        lock (_gate)
        {
            if (!_set.Add(hash))
            {
                return;
            }

            _oldestFirst.Enqueue(hash);
            if (_oldestFirst.Count > capacity)
            {
                _set.Remove(_oldestFirst.Dequeue());
            }
        }
    }
}
