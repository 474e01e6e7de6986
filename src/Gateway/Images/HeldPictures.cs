namespace Gateway.Images;

/// <summary>What the pictures of one request take of the <see cref="PictureMemory"/>. For several threads.</summary>
/// <param name="memory">Whose they are.</param>
/// <param name="most">The most bytes of one request.</param>
internal sealed class HeldPictures(PictureMemory memory, long most) : IDisposable
{
    private readonly Lock _gate = new();
    private long _taken;
    private bool _disposed;

    /// <summary>The most bytes that the request may hold.</summary>
    public long Most => most;

    /// <summary>Asks for room.</summary>
    /// <param name="bytes">More than were taken so far.</param>
    /// <param name="reason">Whose bound there was none within: the request's own, or all requests'.</param>
    public bool TryTake(long bytes, out UnknownSize reason)
    {
        lock (_gate)
        {
            reason = _disposed || _taken + bytes > most ? UnknownSize.TooMuchTogether
                : !memory.TryTake(bytes) ? UnknownSize.NoMemory
                : UnknownSize.None;
            _taken += reason == UnknownSize.None ? bytes : 0;
            return reason == UnknownSize.None;
        }
    }

    /// <summary>Gives some of it back.</summary>
    public void Return(long bytes)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _taken -= bytes;
                memory.Return(bytes);
            }
        }
    }

    /// <summary>Gives all of it back; a second time does nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                memory.Return(_taken);
            }
        }
    }
}
