using System.Buffers;
using System.Buffers.Text;
using Gateway.Core.Streaming;

namespace Gateway.Forwarding;

/// <summary>The base64 of another stream, read a block at a time: neither the bytes nor their text are ever whole in memory.</summary>
internal sealed class Base64Stream(Stream source) : ForwardStream
{
    // Three bytes make four characters, so that only the last block is padded.
    private const int BlockBytes = 16 * 1024 * 3;

    private byte[]? _text = ArrayPool<byte>.Shared.Rent(BlockBytes / 3 * 4);
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Characters of the base64 of so many bytes, padding included.</summary>
    public static long LengthOf(long bytes) => checked((bytes + 2) / 3 * 4);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_text is null, this);
        if (_start == _end && !_ended)
        {
            var read = await source.ReadAtLeastAsync(_text.AsMemory(0, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellationToken);
            _ended = read < BlockBytes;
            Base64.EncodeToUtf8InPlace(_text, read, out _end);
            _start = 0;
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _text.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _text, null) is { } text)
        {
            source.Dispose();
            ArrayPool<byte>.Shared.Return(text);
        }

        base.Dispose(disposing);
    }
}
