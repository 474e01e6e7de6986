using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Files;

namespace Gateway.Pipeline.Multipart;

/// <summary>
/// A body of whatever size as it came: in pooled memory up to <see cref="MostInMemory"/>, on disk above it, so that it can be looked at where it is worth it, and sent
/// again. Counted among the bodies that are held, wherever its bytes are.
/// </summary>
internal sealed class UploadedBody(BodyBuffers buffers, TemporaryFiles files, long most) : IDisposable
{
    public const int MostInMemory = 1 << 20;

    private const int FirstBytes = 64 * 1024;
    private const int Growth = 4;

    // Taken in steps, so that counting costs nothing.
    private const long CountStep = 1 << 20;

    private byte[]? _memory;
    private int _size;
    private long _counted;
    private TemporaryFile? _file;
    private int _isGone;

    public long Length { get; private set; }

    /// <summary>Whether it went to disk.</summary>
    public bool IsOnDisk => _file is not null;

    /// <summary>Whether its bytes are still there.</summary>
    public bool IsHeld => _isGone == 0;

    /// <exception cref="BodyRefusedException">It is too large, there is too much of all bodies together, or the disk fails.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(!IsHeld, this);
        if (bytes.Length > most - Length)
        {
            throw new BodyRefusedException(GatewayError.BodyTooLarge(most));
        }

        if (_file is null && Length + bytes.Length <= MostInMemory)
        {
            Remember(bytes.Span);
        }
        else
        {
            await StoreAsync(bytes, ct);
        }

        Length += bytes.Length;
    }

    /// <summary>Fills the buffer from an offset on, as far as there are bytes.</summary>
    public int Read(long offset, Span<byte> into)
    {
        ObjectDisposedException.ThrowIf(!IsHeld, this);
        if (_file is not null)
        {
            return _file.Read(offset, into);
        }

        var count = (int)Math.Min(into.Length, Length - offset);
        _memory.AsSpan((int)offset, count).CopyTo(into);
        return count;
    }

    /// <summary>A stretch of it as it is sent.</summary>
    public BodySegment Segment(long offset, long length)
    {
        if (_file is { } file)
        {
            return new BodySegment(default, new StreamedInsert(length, _ => new ValueTask<Stream>(new TemporaryFileStream(file, offset, length))));
        }

        return new BodySegment(_memory.AsMemory((int)offset, (int)length), null);
    }

    /// <summary>Gives the memory and the file back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isGone, 1) != 0)
        {
            return;
        }

        Forget();
        _file?.Dispose();
        buffers.Uncount(_counted);
        _counted = 0;
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        var needed = (int)Length + bytes.Length;
        if (needed > _size)
        {
            var larger = Math.Min(MostInMemory, Math.Max(needed, Math.Max(FirstBytes, _size * Growth)));
            if (!buffers.TryRent(larger, out var next))
            {
                throw new BodyRefusedException(GatewayError.Overloaded());
            }

            _memory.AsSpan(0, (int)Length).CopyTo(next);
            Forget();
            (_memory, _size) = (next, larger);
        }

        bytes.CopyTo(_memory.AsSpan((int)Length));
    }

    private void Forget()
    {
        if (_memory is { } memory)
        {
            _memory = null;
            buffers.Return(memory, _size);
            _size = 0;
        }
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (_counted < Length + bytes.Length)
        {
            if (!buffers.TryCount(CountStep))
            {
                throw new BodyRefusedException(GatewayError.Overloaded());
            }

            _counted += CountStep;
        }

        try
        {
            if (_file is null)
            {
                _file = files.Create();
                await _file.AppendAsync(_memory.AsMemory(0, (int)Length), ct);
                Forget();
            }

            await _file.AppendAsync(bytes, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BodyRefusedException(GatewayError.UploadNotStored(), exception);
        }
    }
}
