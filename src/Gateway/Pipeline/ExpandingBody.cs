using System.IO.Compression;
using Gateway.Core.Streaming;

namespace Gateway.Pipeline;

/// <summary>
/// A compressed body as it was before. One that expands beyond all reason is broken off long before it fills memory: text shrinks to a
/// twentieth at best, a bomb to a thousandth.
/// </summary>
internal sealed class ExpandingBody : ForwardStream
{
    /// <summary>How many bytes may come of each that was sent, once more than <see cref="FreeBytes"/> have.</summary>
    public const int MostPerByte = 100;

    /// <summary>1 MiB, which any body may expand to.</summary>
    public const int FreeBytes = 1 << 20;

    private readonly CountedStream _sent;
    private readonly Stream _expanded;
    private long _length;

    private ExpandingBody(CountedStream sent, Stream expanded) => (_sent, _expanded) = (sent, expanded);

    /// <summary>Null for a coding that is not known here.</summary>
    /// <param name="coding">One content coding: <c>gzip</c>, <c>br</c> or <c>deflate</c>.</param>
    /// <param name="body">As it is sent.</param>
    public static ExpandingBody? Of(string coding, Stream body)
    {
        var sent = new CountedStream(body);
        Stream? expanded = coding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(sent, CompressionMode.Decompress),
            "br" => new BrotliStream(sent, CompressionMode.Decompress),
            "deflate" => new ZLibStream(sent, CompressionMode.Decompress),
            _ => null,
        };
        return expanded is null ? null : new ExpandingBody(sent, expanded);
    }

    /// <exception cref="InvalidDataException">It is damaged, or expands beyond all reason.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await _expanded.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            // What Brotli's decoder says of damage.
            throw new InvalidDataException(exception.Message, exception);
        }

        _length += read;
        return _length <= FreeBytes || _length / MostPerByte <= _sent.Count
            ? read
            : throw new InvalidDataException($"it expands to more than {MostPerByte} times its size");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _expanded.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Counts what was read of it; leaves it open.</summary>
    private sealed class CountedStream(Stream inner) : ForwardStream
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }
    }
}
