using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Forwarding;

/// <summary>
/// A spliced body as the stream that the proxy reads. The bytes behind it are pooled and go back while the answer may still be running,
/// so a read and <see cref="Close"/> exclude each other: no read ever sees bytes that another request owns by then. Stored pictures are
/// opened when their turn comes, and read into the proxy's buffer at once.
/// </summary>
internal sealed class SplicedBodyStream(SplicedBody body) : ForwardStream
{
    private readonly Lock _gate = new();
    private IReadOnlyList<BodySegment>? _segments = body.Segments;
    private int _segment;
    private long _offset;
    private Stream? _picture;
    private bool _readingPicture;

    public override long Length { get; } = body.Length;

    /// <summary>Whether everything was read: the provider has the whole request.</summary>
    public bool IsConsumed { get; private set; } = body.Length == 0;

    /// <summary>Whether a stored picture could not be read: that the request came to nothing is no fault of the provider.</summary>
    public bool IsPictureLost { get; private set; }

    /// <summary>Ends all reading. The bytes may be given back afterwards.</summary>
    public void Close(bool onlyIfConsumed, out bool closed)
    {
        Stream? open = null;
        lock (_gate)
        {
            closed = !onlyIfConsumed || IsConsumed;
            if (closed)
            {
                _segments = null;
                if (!_readingPicture)
                {
                    (open, _picture) = (_picture, null);
                }
            }
        }

        open?.Dispose();
    }

    /// <summary>Ends the reading of a body that was not read whole.</summary>
    /// <returns>Whether it was: the provider has the whole request, and else never will.</returns>
    public bool CloseUnlessConsumed()
    {
        Close(onlyIfConsumed: true, out var consumed);
        if (!consumed)
        {
            Close(onlyIfConsumed: false, out _);
        }

        return IsConsumed;
    }

    public override int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            return ReadMemory(buffer, out var picture) is var read && picture is null
                ? read
                : throw new NotSupportedException("A body with stored pictures is read asynchronously.");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        lock (_gate)
        {
            var read = ReadMemory(buffer.Span, out var picture);
            if (picture is null || buffer.IsEmpty)
            {
                return new(read);
            }

            _readingPicture = true;
            return ReadPictureAsync(picture, buffer, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Close(onlyIfConsumed: false, out _);
        base.Dispose(disposing);
    }

    /// <summary>Copies up to the buffer's end or the next picture; the picture is told where nothing lies before it.</summary>
    private int ReadMemory(Span<byte> buffer, out StreamedInsert? picture)
    {
        picture = null;
        if (_segments is null)
        {
            return IsConsumed ? 0 : throw new IOException("The request's body was given back before it was read.");
        }

        var written = 0;
        while (written < buffer.Length && _segment < _segments.Count)
        {
            var segment = _segments[_segment];
            if (segment.Stream is not null)
            {
                picture = written == 0 ? segment.Stream : null;
                break;
            }

            var rest = segment.Memory.Span[(int)_offset..];
            var count = Math.Min(rest.Length, buffer.Length - written);
            rest[..count].CopyTo(buffer[written..]);
            written += count;
            Advance(count, segment.Length);
        }

        return written;
    }

    private void Advance(int count, long length)
    {
        _offset += count;
        if (_offset == length)
        {
            _segment++;
            _offset = 0;
        }

        IsConsumed = _segments is { } segments && _segment == segments.Count;
    }

    private async ValueTask<int> ReadPictureAsync(StreamedInsert picture, Memory<byte> buffer, CancellationToken ct)
    {
        Stream? done = null;
        try
        {
            var stream = _picture ??= await picture.Open(ct);
            var wanted = (int)Math.Min(buffer.Length, picture.Length - _offset);
            var read = await stream.ReadAsync(buffer[..wanted], ct);
            if (read == 0)
            {
                throw new IOException("A stored picture ended before its length.");
            }

            lock (_gate)
            {
                Advance(read, picture.Length);
                done = _offset == 0 ? _picture : null;
            }

            return read;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            IsPictureLost = true;
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _readingPicture = false;
                if (_segments is null)
                {
                    done = _picture;
                }

                _picture = done is null ? _picture : null;
            }

            if (done is not null)
            {
                await done.DisposeAsync();
            }
        }
    }
}
