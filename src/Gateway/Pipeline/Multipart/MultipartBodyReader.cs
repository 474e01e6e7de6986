using System.Buffers;
using System.Collections.Frozen;
using System.Text.Unicode;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Files;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline.Multipart;

/// <summary>
/// The pipeline's second stage for forms: (1) the envelope; (2) the parts, each found as it comes and kept as it came; (3) what may follow the last one. A form
/// of too many parts is refused as soon as they are, and whatever is refused leaves nothing.
/// </summary>
internal sealed class MultipartBodyReader(BodyBuffers buffers, TemporaryFiles files, IOptions<GatewayOptions> options, TimeProvider time)
{
    public const int MostParts = 64;

    /// <summary>The longest field that is read: more than the longest prompt of any model.</summary>
    public const int MostFieldBytes = 256 * 1024;

    private const int MostFieldsBytes = 512 * 1024;
    private readonly long _most = options.Value.MaxBodyBytes;

    /// <param name="context">The client's.</param>
    /// <param name="fields">The names of fields to be read; each may come once. Others pass.</param>
    /// <param name="otherwise">What to say of a body that is no form.</param>
    public async Task<Outcome<MultipartForm>> ReadAsync(HttpContext context, FrozenSet<string> fields, GatewayError otherwise)
    {
        var request = context.Request;
        if (!MultipartEnvelope.TryReadBoundary(request, otherwise, out var boundary, out var error))
        {
            return error;
        }

        if (request.ContentLength > _most)
        {
            return GatewayError.BodyTooLarge(_most);
        }

        if (!ExpandingBody.TryOpen(context, out var encoding, out var expanding, out error))
        {
            return error;
        }

        await using var expanded = expanding;

        // The cap is this stage's, with an answer in OpenAI's form.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        var body = new UploadedBody(buffers, files, _most);
        MultipartForm? form = null;
        try
        {
            var received = new ReceivedStream(expanding ?? request.Body, encoding, body);
            var read = await MultipartEnvelope.ReceiveAsync(context, GatewayError.BodyTooLarge(_most), time, ct => ReadPartsAsync(received, boundary, fields, ct));
            if (!read.TryGet(out var parts, out error))
            {
                return error;
            }

            return form = new MultipartForm(body, new FormBody(request.ContentType!, boundary, body.Length, parts, body.Segment, body.Read)); // It named a boundary.
        }
        finally
        {
            if (form is null)
            {
                body.Dispose();
            }
        }
    }

    private static async Task<Outcome<List<FormPart>>> ReadPartsAsync(ReceivedStream received, string boundary, FrozenSet<string> fields, CancellationToken ct)
    {
        var reader = MultipartEnvelope.Open(boundary, received);
        var parts = new List<FormPart>();
        var buffer = ArrayPool<byte>.Shared.Rent(MultipartEnvelope.BufferBytes);
        try
        {
            var readable = MostFieldsBytes;
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (parts.Count == MostParts)
                {
                    return GatewayError.TooManyParts(MostParts);
                }

                if (!MultipartEnvelope.TryReadName(section, out var name, out var filename, out var error))
                {
                    return error;
                }

                var isField = filename is null && fields.Contains(name);
                if (fields.Contains(name) && parts.Exists(part => part.Name == name))
                {
                    return GatewayError.DuplicateKey(name);
                }

                if (filename is not null && isField is false && fields.Contains(name))
                {
                    return GatewayError.InvalidType(name, "a text", "a file");
                }

                var offset = section.BaseStreamOffset ?? throw new InvalidOperationException("The multipart reader does not tell where a part lies.");
                var (length, text) = await ReadPartAsync(section, buffer, isField ? Math.Min(readable, MostFieldBytes) : 0, ct);
                if (isField && length > text.Length)
                {
                    return GatewayError.InvalidValue(name, $"it is longer than the {Math.Min(readable, MostFieldBytes)} bytes that are read of a form's fields.");
                }

                if (!Utf8.IsValid(text))
                {
                    return GatewayError.InvalidValue(name, "it is not valid UTF-8.");
                }

                readable -= text.Length;
                parts.Add(new FormPart(name, filename is not null, offset, length, text));
            }

            // Whatever follows the last boundary belongs to the body, and goes on with it.
            while (await received.ReadAsync(buffer, ct) > 0)
            {
            }

            return parts;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a part to its end, and keeps its first bytes.</summary>
    private static async Task<(long Length, byte[] Text)> ReadPartAsync(MultipartSection section, byte[] buffer, int most, CancellationToken ct)
    {
        long length = 0;
        var text = new ArrayBufferWriter<byte>();
        while (await section.Body.ReadAsync(buffer, ct) is > 0 and var read)
        {
            length += read;
            if (length <= most)
            {
                text.Write(buffer.AsSpan(0, read));
            }
        }

        return (length, text.WrittenSpan.ToArray());
    }
}
