using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>What this node remembers of keys, so that a request's key costs no query. Entries leave when a change names them.</summary>
/// <param name="maxKnown">Keys remembered at most.</param>
internal sealed class KeyCache(int maxKnown = KeyCache.MaxKnown)
{
    /// <summary>About 55 MB of callers.</summary>
    public const int MaxKnown = 100_000;

    /// <summary>About 12 MB of hashes.</summary>
    public const int MaxUnknown = 131_072;

    private readonly ConcurrentDictionary<KeyHash, KnownKey> _known = new();
    private readonly UnknownKeys _unknown = new(MaxUnknown);
    private readonly KeyClock _clock = new(maxKnown);
    private readonly Lock _adding = new();
    private long _generation;

    /// <summary>Moves when an eviction begins and when it has ended. What was found since it was read is as good as the cache while it stays.</summary>
    public long Generation => Volatile.Read(ref _generation);

    public bool TryGetKnown(KeyHash hash, [NotNullWhen(true)] out KnownKey? key)
    {
        if (!_known.TryGetValue(hash, out key))
        {
            return false;
        }

        key.Touch();
        return true;
    }

    public bool IsUnknown(KeyHash hash) => _unknown.Contains(hash);

    public void AddUnknown(KeyHash hash) => _unknown.Add(hash);

    /// <summary>Remembers a key as it was read, unless something was evicted since: then the reading may be from before the change.</summary>
    public void AddKnown(KeyHash hash, KnownKey key, long generation)
    {
        lock (_adding)
        {
            _known[hash] = key;
            Interlocked.MemoryBarrier();
            if (Generation != generation)
            {
                _known.TryRemove(hash, out _);
                return;
            }

            if (_clock.Place(hash, key, IsHeld) is { } leaving)
            {
                _known.TryRemove(leaving, out _);
            }
        }
    }

    public void Evict(IReadOnlyCollection<Change> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Interlocked.Increment(ref _generation);
        var tenants = Subjects(changes, ChangeKind.Tenant);
        var keys = Subjects(changes, ChangeKind.Key);
        foreach (var (hash, known) in _known)
        {
            if (keys.Contains(known.Caller.Key.Value) || tenants.Contains(known.Caller.Tenant.Value))
            {
                _known.TryRemove(hash, out _);
            }
        }

        // One may have been found in the meantime, and held elsewhere.
        Interlocked.Increment(ref _generation);
    }

    private bool IsHeld(KeyHash hash, KnownKey key) => _known.TryGetValue(hash, out var held) && ReferenceEquals(held, key);

    private static HashSet<string> Subjects(IReadOnlyCollection<Change> changes, ChangeKind kind) =>
        [.. changes.Where(change => change.Kind == kind).Select(change => change.SubjectId)];
}
