using System.Buffers;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;
using Gateway.Core.Streaming;

namespace Gateway.Core.Tests.Dialects.Messages;

/// <summary>Brings a Messages body to a deployment, and an answer or a stream back, as the pipeline does.</summary>
internal static class MessagesWire
{
    public static readonly ModelCard Card = new() { Id = "card", Input = ["text", "image", "file"] };

    private static readonly AnswerFrame Frame = new("req_1", 1700000000, "\"m\""u8.ToArray());
    private static readonly ImageLimits Limits = new(20_000_000, ImageFormats.All);

    public static Deployment Of(IDialect dialect) => new()
    {
        Provider = new Provider { Name = "p", Dialect = dialect, BaseUrl = new Uri("https://example.com") },
        Model = "upstream",
    };

    public static MessagesRequest Read(string json)
    {
        MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(json), 50, forCount: false, out var request, out var error);
        return request ?? throw new InvalidOperationException($"{error!.Code} {error.Param}: {error.Message}");
    }

    /// <param name="json">The body.</param>
    /// <param name="dialect">The deployment's.</param>
    /// <param name="card">Null: <see cref="Card"/>.</param>
    /// <param name="stored">What stands for every uploaded picture, or null.</param>
    public static Outcome<SplicedBody> Write(byte[] json, IDialect dialect, ModelCard? card = null, Func<ImagePart, SizedImage>? stored = null)
    {
        card ??= Card;
        var endpoint = ApiEndpoint.Messages;
        if (!endpoint.TryRead(json, 50, out var request, out var error) || !RequestPolicy.TryApply(json, request, card.Parameters, out var plan, out error))
        {
            return error;
        }

        var images = new SizedImage[request.Images.Count];
        for (var i = 0; i < images.Length; i++)
        {
            var part = request.Images[i];
            if (part.Source is ImageSource.Remote or ImageSource.File)
            {
                images[i] = stored is not null && part.Source == ImageSource.File ? stored(part) : new SizedImage(part, null);
            }
            else if (ImageSizer.TrySize(json, part, Limits, out var header, out error))
            {
                images[i] = new SizedImage(part, header);
            }
            else
            {
                return error;
            }
        }

        return endpoint.PassageTo(dialect)!.WriteRequest(new UpstreamRequest(json, plan, images, card, Of(dialect)));
    }

    public static string ToChat(string json, ModelCard? card = null) => Text(Write(Encoding.UTF8.GetBytes(json), OpenAiDialect.Instance, card));

    public static string ToGemini(string json) => Text(Write(Encoding.UTF8.GetBytes(json), GeminiDialect.Instance));

    public static string ToAnthropic(string json, ModelCard? card = null) => Text(Write(Encoding.UTF8.GetBytes(json), AnthropicDialect.Instance, card));

    public static GatewayError Refusal(string json, IDialect? dialect = null, ModelCard? card = null) =>
        Write(Encoding.UTF8.GetBytes(json), dialect ?? OpenAiDialect.Instance, card).TryGet(out var body, out var error) ? throw new InvalidOperationException(TextOf(body)) : error;

    /// <summary>What is sent, what is streamed included.</summary>
    public static string TextOf(SplicedBody body)
    {
        var text = new MemoryStream();
        foreach (var segment in body.Segments)
        {
            if (segment.Stream is { } stream)
            {
                using var content = stream.Open(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                content.CopyTo(text);
            }
            else
            {
                text.Write(segment.Memory.Span);
            }
        }

        return text.Length == body.Length ? Encoding.UTF8.GetString(text.ToArray()) : throw new InvalidOperationException($"{text.Length} bytes, not {body.Length}");
    }

    public static string? Answer(string answer, IDialect? dialect = null, bool thinking = false)
    {
        var output = new ArrayBufferWriter<byte>();
        return ApiEndpoint.Messages.PassageTo(dialect ?? OpenAiDialect.Instance)!.TryWriteAnswer(Encoding.UTF8.GetBytes(answer), Frame, Asked(thinking), output)
            ? Encoding.UTF8.GetString(output.WrittenSpan)
            : null;
    }

    public static MessagesStreamed Stream(IDialect dialect, IEnumerable<byte[]> pieces, bool thinking = false, ReceivedText? text = null)
    {
        using var scanner = new SseScanner();
        var output = new ArrayBufferWriter<byte>();
        var events = ApiEndpoint.Messages.PassageTo(dialect)!.BeginStream(Frame, Asked(thinking), text);
        var result = new MessagesStreamed("", null, default, null, false, false, false);
        foreach (var bytes in pieces)
        {
            ReadOnlySpan<byte> piece = bytes;
            while (result.Goes && scanner.TryRead(ref piece, out var data))
            {
                result = Add(result, data, events.Read(data, output), output);
            }
        }

        if (result.Goes && scanner.TryReadLast(out var last))
        {
            result = Add(result, last, events.Read(last, output), output);
        }

        if (result.Goes)
        {
            result = Add(result, default, events.End(output), output);
        }

        return result with { Events = Encoding.UTF8.GetString(output.WrittenSpan) };
    }

    private static string Text(Outcome<SplicedBody> written)
    {
        written.TryGet(out var body, out var error);
        return error is null ? TextOf(body!) : throw new InvalidOperationException($"{error.Code} {error.Param}: {error.Message}");
    }

    private static MessagesRequest Asked(bool thinking) =>
        Read($$"""{"model":"m","max_tokens":9{{(thinking ? ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}" : "")}},"messages":[{"role":"user","content":"x"}]}""");

    private static MessagesStreamed Add(MessagesStreamed result, ReadOnlySpan<byte> data, in AnswerEvent read, ArrayBufferWriter<byte> output)
    {
        if (read.Passes)
        {
            if (read.Name.Length > 0)
            {
                output.Write("event: "u8);
                output.Write(read.Name.Of(data));
                output.Write("\n"u8);
            }

            output.Write("data: "u8);
            output.Write(data[..read.Model.Start]);
            output.Write(read.Model.Length > 0 ? Frame.ModelJson.Span : default);
            output.Write(data[read.Model.End..]);
            output.Write("\n\n"u8);
        }

        return result with
        {
            Usage = read.Usage ?? result.Usage,
            Text = result.Text + read.Text,
            Error = read.Error is { } error ? $"{error.Type}: {error.Message}" : result.Error,
            Finished = result.Finished || read.Finished,
            Terminal = result.Terminal || read.IsTerminal,
            Malformed = result.Malformed || read.IsMalformed,
        };
    }
}
