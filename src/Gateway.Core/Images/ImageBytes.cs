namespace Gateway.Core.Images;

/// <summary>
/// An image's bytes as the header readers see them, whether they lie in memory or in a base64 text. Single bytes are
/// read through a small window, so that a walk over many of them decodes no byte more than once.
/// </summary>
internal ref struct ImageBytes
{
    /// <summary>
    /// A good length for the window. A walk that leaps from block to block pays for a whole window at each leap, one that
    /// creeps pays for each byte: 48 bytes, 64 symbols, keep both cheap.
    /// </summary>
    public const int WindowLength = 48;

    private const int GroupLength = 3;

    private readonly ReadOnlySpan<byte> _plain;
    private readonly Span<byte> _window;
    private readonly bool _encoded;
    private Base64Source _base64;
    private long _windowStart;
    private int _windowCount;

    public ImageBytes(ReadOnlySpan<byte> bytes) => _plain = bytes;

    public ImageBytes(Base64Source base64, Span<byte> window)
    {
        _base64 = base64;
        _window = window;
        _encoded = true;
    }

    public readonly long Length => _encoded ? _base64.Length : _plain.Length;

    /// <summary>Fills <paramref name="destination"/>, or returns false where the bytes end before it is full.</summary>
    public bool TryRead(long offset, scoped Span<byte> destination)
    {
        if (_encoded)
        {
            return _base64.Read(offset, destination) == destination.Length;
        }

        return offset >= 0
            && offset <= _plain.Length - destination.Length
            && _plain.Slice((int)offset, destination.Length).TryCopyTo(destination);
    }

    /// <summary>One byte, or -1 outside the bytes.</summary>
    public int ByteAt(long offset)
    {
        ReadOnlySpan<byte> ahead = Ahead(offset);
        return ahead.IsEmpty ? -1 : ahead[0];
    }

    /// <summary>Some bytes from <paramref name="offset"/> on: one at least, but none outside the bytes.</summary>
    public ReadOnlySpan<byte> Ahead(long offset)
    {
        if ((ulong)offset >= (ulong)Length)
        {
            return [];
        }

        if (!_encoded)
        {
            return _plain[(int)offset..];
        }

        if ((ulong)(offset - _windowStart) >= (ulong)_windowCount)
        {
            // From the beginning of a group on, so that windows side by side share none.
            _windowStart = offset - (offset % GroupLength);
            _windowCount = _base64.Read(_windowStart, _window);
        }

        return _window[(int)(offset - _windowStart).._windowCount];
    }
}
