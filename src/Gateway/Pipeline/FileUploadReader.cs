using System.Buffers;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Files;
using Gateway.Pipeline.Multipart;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Gateway.Pipeline;

/// <summary>
/// Receives an upload (multipart/form-data, RFC 7578) as it comes: the file goes through one buffer into the store, and becomes a file of the tenant
/// when the form is complete and the image is one that may be kept. Whatever else happens, nothing of it stays.
/// </summary>
internal sealed class FileUploadReader(FileStore files, IBlobStore blobs, ImageInspector inspector, TimeProvider time)
{
    // What may come beside the file: four fields, their headers and boundaries.
    private const int OverheadBytes = 128 * 1024;
    private const int MostFieldBytes = 256;

    public async Task<Outcome<StoredFile>> ReceiveAsync(HttpContext context, TenantId tenant, ImageLimits limits)
    {
        // (1) The envelope; a file that cannot fit or be kept is refused unread.
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.AcceptEncoding = "identity";
            return GatewayError.UnsupportedEncoding(encoding.ToString(), "Send files uncompressed.");
        }

        if (!MultipartEnvelope.TryReadBoundary(context.Request, GatewayError.MultipartRequired(), out var boundary, out var error))
        {
            return error;
        }

        var length = context.Request.ContentLength;
        if (length > limits.MaxBytes + OverheadBytes)
        {
            return GatewayError.FileTooLarge(limits.MaxBytes);
        }

        if (await files.PeekAsync(tenant, Math.Max(1, (length ?? 0) - OverheadBytes), context.RequestAborted) is { } full)
        {
            return full;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limits.MaxBytes + OverheadBytes;
        }

        // (2) The parts, (3) the file.
        return await MultipartEnvelope.ReceiveAsync(context, GatewayError.FileTooLarge(limits.MaxBytes), time, async ct =>
        {
            var multipart = MultipartEnvelope.Open(boundary, context.Request.Body);
            var buffer = ArrayPool<byte>.Shared.Rent(MultipartEnvelope.BufferBytes);
            var receipt = new Receipt(tenant, limits, buffer);
            try
            {
                return await ReceivePartsAsync(multipart, receipt, ct) is { } refusal ? refusal : await KeepAsync(receipt, ct);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
                if (receipt.Writer is { } writer)
                {
                    await writer.DisposeAsync();
                }
            }
        });
    }

    private static async Task<GatewayError?> ReceiveFieldAsync(Receipt receipt, string name, Stream body, CancellationToken ct)
    {
        var length = await body.ReadAtLeastAsync(receipt.Buffer.AsMemory(0, MostFieldBytes + 1), MostFieldBytes + 1, throwOnEndOfStream: false, ct);
        return length > MostFieldBytes
            ? GatewayError.InvalidValue(name, $"it is longer than {MostFieldBytes} bytes.")
            : receipt.Form.Take(name, Encoding.UTF8.GetString(receipt.Buffer.AsSpan(0, length)));
    }

    private async Task<GatewayError?> ReceivePartsAsync(MultipartReader multipart, Receipt receipt, CancellationToken ct)
    {
        // Each part is one that may come and has not come before: there are four at the most.
        while (await multipart.ReadNextSectionAsync(ct) is { } section)
        {
            if (!MultipartEnvelope.TryReadName(section, out var name, out var filename, out var unnamed))
            {
                return unnamed;
            }

            var refusal = receipt.Form.Begin(name)
                ?? (name == FileUploadForm.File
                    ? await ReceiveFileAsync(receipt, filename, section.Body, ct)
                    : await ReceiveFieldAsync(receipt, name, section.Body, ct));
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return receipt.Form.Missing();
    }

    private async Task<GatewayError?> ReceiveFileAsync(Receipt receipt, string? filename, Stream body, CancellationToken ct)
    {
        if (filename is null)
        {
            return GatewayError.InvalidType(FileUploadForm.File, "a file, that is a part with a filename", "a text");
        }

        receipt.Form.Filename = filename;
        var (limits, buffer) = (receipt.Limits, receipt.Buffer.AsMemory(0, MultipartEnvelope.BufferBytes));
        while (true)
        {
            var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            if (receipt.Writer is null)
            {
                // What can be refused by its beginning is not received to its end.
                var problem = ImageInspector.Inspect(buffer.Span[..count], isWhole: count < buffer.Length, limits, out receipt.Header);
                if (problem is not ImageProblem.None)
                {
                    return Refuse(problem, limits);
                }

                receipt.Writer = await blobs.CreateAsync(receipt.Tenant, ct);
            }

            if (receipt.Writer.Bytes + count > limits.MaxBytes)
            {
                return GatewayError.FileTooLarge(limits.MaxBytes);
            }

            await receipt.Writer.WriteAsync(buffer[..count], ct);
            if (count < buffer.Length)
            {
                return null;
            }
        }
    }

    private async Task<Outcome<StoredFile>> KeepAsync(Receipt receipt, CancellationToken ct)
    {
        var writer = receipt.Writer ?? throw new InvalidOperationException("The form has no file.");
        var blob = await writer.CompleteAsync(ct);
        if (receipt.Header is not { } header)
        {
            (header, var problem) = await inspector.InspectAsync(blob, receipt.Limits, ct);
            if (problem is not ImageProblem.None)
            {
                return Refuse(problem, receipt.Limits);
            }
        }

        return await files.AddAsync(receipt.Form.ToDraft(header), writer, ct);
    }

    private static GatewayError Refuse(ImageProblem problem, in ImageLimits limits) =>
        problem == ImageProblem.TooLarge ? GatewayError.FileTooLarge(limits.MaxBytes) : ImageSizer.Refuse(problem, FileUploadForm.File, limits);

    /// <summary>One upload under way.</summary>
    private sealed class Receipt(TenantId tenant, ImageLimits limits, byte[] buffer)
    {
        /// <summary>What the file's first bytes tell; null where all of them are needed.</summary>
        public ImageHeader? Header;

        public FileUploadForm Form { get; } = new();

        public TenantId Tenant => tenant;

        public ImageLimits Limits => limits;

        public byte[] Buffer => buffer;

        public BlobWriter? Writer { get; set; }
    }
}
