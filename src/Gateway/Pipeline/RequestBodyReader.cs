using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Pipeline.Multipart;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>The pipeline's second stage: the body, whole, no larger than allowed, in memory that is counted.</summary>
internal sealed class RequestBodyReader(BodyBuffers buffers, MultipartBodyReader forms, IOptions<GatewayOptions> options)
{
    // A body that is announced and not sent must hold nothing worth having: its whole length is taken once this much of it is there.
    private const int TrustFrom = 4 << 20;
    private const int FirstBytes = 64 * 1024;
    private const int Growth = 8;
    private readonly long _most = options.Value.MaxBodyBytes;

    /// <summary>Reads what an endpoint takes: a form where it takes one and gets one, else JSON.</summary>
    public ValueTask<Outcome<RequestBody>> ReadAsync(HttpContext context, IEndpoint endpoint) =>
        endpoint.FormFields is { } fields && (!endpoint.TakesJson || MultipartEnvelope.IsMultipart(context.Request))
            ? ReadFormAsync(context, fields)
            : ReadAsync(context);

    private async ValueTask<Outcome<RequestBody>> ReadFormAsync(HttpContext context, FrozenSet<string> fields)
    {
        if (!(await forms.ReadAsync(context, fields, GatewayError.FormRequired())).TryGet(out var form, out var error))
        {
            return error;
        }

        var json = FormFields.ToJson(form.Form);
        if (!buffers.TryRent(json.Length, out var buffer))
        {
            form.Dispose();
            return GatewayError.Overloaded();
        }

        json.CopyTo(buffer, 0);
        return new RequestBody(buffers, buffer, json.Length, json.Length) { Form = form };
    }

    public async ValueTask<Outcome<RequestBody>> ReadAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        var began = exchange.Elapsed;
        var body = await ReadWholeAsync(context);
        exchange.ReadingTime = exchange.Elapsed - began;
        return body;
    }

    private async ValueTask<Outcome<RequestBody>> ReadWholeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!ExpandingBody.TryOpen(context, out var codings, out var expanding, out var unknown))
        {
            return unknown;
        }

        await using var expanded = expanding;
        if (request.ContentLength > _most)
        {
            return GatewayError.BodyTooLarge(_most);
        }

        // The cap is this stage's, with an answer in OpenAI's form.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        try
        {
            return expanded is null
                ? await ReadAsync(request.BodyReader, request.ContentLength, context.RequestAborted)
                : await ExpandAsync(expanded, context.RequestAborted);
        }
        catch (InvalidDataException exception) when (expanded is not null)
        {
            return GatewayError.BadEncoding(codings ?? "", exception.Message);
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status408RequestTimeout
                ? GatewayError.BodyTimedOut()
                : GatewayError.BadRequest(exception.StatusCode, exception.Message);
        }
    }

    private async ValueTask<Outcome<RequestBody>> ExpandAsync(ExpandingBody body, CancellationToken ct)
    {
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: FirstBytes));
        try
        {
            return await ReadAsync(reader, expected: null, ct);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private int Larger(long size, long needed, long? expected)
    {
        var grown = expected is { } whole && size >= TrustFrom ? whole
            : expected is { } most ? Math.Min(most, Math.Min(size * Growth, TrustFrom))
            : size * 2;
        return (int)Math.Min(_most, Math.Max(grown, needed));
    }

    private async ValueTask<Outcome<RequestBody>> ReadAsync(PipeReader reader, long? expected, CancellationToken ct)
    {
        var size = (int)Math.Clamp(expected ?? FirstBytes, 1, FirstBytes);
        if (!buffers.TryRent(size, out var buffer))
        {
            return GatewayError.Overloaded();
        }

        var length = 0;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(ct);
                foreach (var piece in result.Buffer)
                {
                    if (piece.Length > _most - length)
                    {
                        return GatewayError.BodyTooLarge(_most);
                    }

                    if (piece.Length > size - length)
                    {
                        var larger = Larger(size, length + (long)piece.Length, expected);
                        if (!buffers.TryRent(larger, out var next))
                        {
                            return GatewayError.Overloaded();
                        }

                        buffer.AsSpan(0, length).CopyTo(next);
                        buffers.Return(buffer, size);
                        (buffer, size) = (next, larger);
                    }

                    piece.Span.CopyTo(buffer.AsSpan(length));
                    length += piece.Length;
                }

                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    var body = new RequestBody(buffers, buffer, size, length);
                    buffer = [];
                    return body;
                }
            }
        }
        finally
        {
            if (buffer.Length > 0)
            {
                buffers.Return(buffer, size);
            }
        }
    }
}
