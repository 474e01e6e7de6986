namespace Gateway.Keys;

/// <summary>
/// The key that a connection presented last, a feature of that connection: the server gives a header that comes again on it as the same string, and to see that
/// it is the same costs no hash. Nothing of the key is kept here that the connection itself does not keep.
/// </summary>
internal sealed class ConnectionKey
{
    // Streams of one HTTP/2 connection share it.
    private volatile Presented? _last;

    /// <param name="header">The header's value as it came.</param>
    /// <param name="generation">The cache's now.</param>
    /// <returns>The key that it stands for; null where another string came last, or something was evicted since.</returns>
    public KnownKey? Find(string header, long generation) =>
        _last is { } last && ReferenceEquals(last.Header, header) && last.Generation == generation ? last.Key : null;

    /// <param name="header">The header's value as it came.</param>
    /// <param name="key">The key that the cache has for it.</param>
    /// <param name="generation">The cache's, read before the key was looked up.</param>
    public void Remember(string header, KnownKey key, long generation) => _last = new Presented(header, key, generation);

    private sealed record Presented(string Header, KnownKey Key, long Generation);
}
