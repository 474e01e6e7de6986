using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using Gateway.Core.Errors;
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

    /// <summary>How many codings may lie one over the other.</summary>
    public const int MostLayers = 3;

    private const string Known = "gzip, br, deflate";

    private readonly CountedStream _sent;
    private readonly Stream _expanded;
    private long _length;

    private ExpandingBody(CountedStream sent, Stream expanded) => (_sent, _expanded) = (sent, expanded);

    /// <summary>Reads <c>Content-Encoding</c>: <c>gzip</c>, <c>br</c>, <c>deflate</c>, or several, the one that was applied last at the end (RFC 9110, 8.4).</summary>
    /// <param name="context">Whose body it is; its answer says which codings are known, where one is not.</param>
    /// <param name="codings">As the client named them; null where there are none.</param>
    /// <param name="body">Null for a body that is not compressed.</param>
    /// <param name="error">A 415, or null.</param>
    public static bool TryOpen(HttpContext context, out string? codings, out ExpandingBody? body, [NotNullWhen(false)] out GatewayError? error)
    {
        (codings, body, error) = (null, null, null);
        var header = context.Request.Headers.ContentEncoding;
        if (header.Count == 0)
        {
            return true;
        }

        var sent = new CountedStream(context.Request.Body);
        string[] layers = [.. header.ToString().ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static coding => coding != "identity").Reverse()];
        var isKnown = layers.Length <= MostLayers;
        foreach (var layer in isKnown ? layers : [])
        {
            var inner = (Stream?)body ?? sent;
            Stream? expanded = layer switch
            {
                "gzip" or "x-gzip" => new GZipStream(inner, CompressionMode.Decompress),
                "br" => new BrotliStream(inner, CompressionMode.Decompress),
                "deflate" => new ZLibStream(inner, CompressionMode.Decompress),
                _ => null,
            };
            if (expanded is null)
            {
                isKnown = false;
                break;
            }

            // Each layer is held against what was sent, or a small middle one could hide a large last one.
            body = new ExpandingBody(sent, expanded);
        }

        if (isKnown)
        {
            codings = body is null ? null : header.ToString();
            return true;
        }

        body?.Dispose();
        body = null;
        context.Response.Headers.AcceptEncoding = Known;
        error = GatewayError.UnsupportedEncoding(header.ToString(), $"Send the body uncompressed, or as gzip, br or deflate, at most {MostLayers} of them one over the other.");
        return false;
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
