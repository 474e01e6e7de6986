using System.Buffers;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>The dialect as the gateway uses it: a request out, an answer or a stream back.</summary>
internal static class GeminiWire
{
    public const string OldModel = "gemini-2.5-flash";
    public const string NewModel = "gemini-3-pro-preview";

    public static readonly ChatFrame Frame = new("chatcmpl-1", 1_700_000_000, "\"gem\""u8.ToArray());

    private static readonly IChatTranslation Translation = GeminiDialect.Instance.Translation;

    public static Deployment Deployment(string model, string baseUrl = "https://gemini.example") => new()
    {
        Provider = new Provider { Name = "g", Dialect = GeminiDialect.Instance, BaseUrl = new Uri(baseUrl) },
        Model = model,
    };

    /// <summary>Translates a request whose pictures in the body are looked at; others have the content that <paramref name="content"/> gives.</summary>
    public static Outcome<SplicedBody> Write(
        ReadOnlyMemory<byte> body, string model = OldModel, ModelCard? card = null, Func<ImagePart, SizedImage>? content = null)
    {
        if (!RequestReader.TryRead(body, 10, out var request, out var error))
        {
            return error;
        }

        card ??= new ModelCard { Id = "card", MaxOutputTokens = 100 };
        if (!RequestPolicy.TryApply(body, request, card.Parameters, out var plan, out error))
        {
            return error;
        }

        var images = new List<SizedImage>();
        foreach (var part in request.Images)
        {
            if (part.Source is ImageSource.File or ImageSource.Remote)
            {
                images.Add(content?.Invoke(part) ?? new SizedImage(part, null));
            }
            else if (ImageSizer.TrySize(body.Span, part, ImageLimits.Default, out var header, out error))
            {
                images.Add(new SizedImage(part, header));
            }
            else
            {
                return error;
            }
        }

        return Translation.WriteRequest(new UpstreamRequest(body, plan, images.ToArray(), card, Deployment(model)));
    }

    public static string Sent(string body, string model = OldModel, ModelCard? card = null, Func<ImagePart, SizedImage>? content = null)
    {
        Write(Encoding.UTF8.GetBytes(body), model, card, content).TryGet(out var written, out var error).ShouldBeTrue(error?.Message);
        return Text(written!);
    }

    public static GatewayError Refused(string body, string model = OldModel, Func<ImagePart, SizedImage>? content = null)
    {
        Write(Encoding.UTF8.GetBytes(body), model, content: content).TryGet(out _, out var error).ShouldBeFalse();
        return error!;
    }

    /// <summary>A PNG of 8 by 8, and nothing behind its header but zeros.</summary>
    public static byte[] Png(int padding = 0) =>
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 8, 0, 0, 0, 8, 8, 2, .. new byte[12 + padding]];

    /// <summary>A body's bytes, streams read.</summary>
    public static string Text(SplicedBody body)
    {
        using var all = new MemoryStream();
        foreach (var segment in body.Segments)
        {
            if (segment.Stream is { } stream)
            {
                using var opened = stream.Open(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                opened.CopyTo(all);
            }
            else
            {
                all.Write(segment.Memory.Span);
            }
        }

        all.Length.ShouldBe(body.Length);
        return Encoding.UTF8.GetString(all.ToArray());
    }

    public static string? Answer(string answer)
    {
        var output = new ArrayBufferWriter<byte>();
        return Translation.TryWriteAnswer(Encoding.UTF8.GetBytes(answer), Frame, output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }

    public static TextSize Begun(ReadOnlySpan<byte> answer, ReceivedText? text = null) => Translation.ReadBegun(answer, text);

    /// <summary>Runs a stream through the scanner, in two pieces.</summary>
    /// <param name="stream">Its bytes.</param>
    /// <param name="split">How many of them come first.</param>
    /// <param name="includeUsage">Whether the client asked for it.</param>
    public static GeminiStreamed Stream(ReadOnlySpan<byte> stream, int split = 0, bool includeUsage = true)
    {
        using var scanner = new SseScanner();
        using var text = new ReceivedText();
        var output = new ArrayBufferWriter<byte>();
        var translator = Translation.BeginStream(Frame, includeUsage, text);
        var seen = new GeminiStreamed();
        Pass(stream[..split], seen);
        Pass(stream[split..], seen);
        if (scanner.TryReadLast(out var last) && !seen.IsOver)
        {
            seen.Add(translator.Read(last, output));
        }

        if (!seen.IsOver)
        {
            seen.Add(translator.End(output));
        }

        seen.Output = Encoding.UTF8.GetString(output.WrittenSpan);
        return seen;

        void Pass(ReadOnlySpan<byte> piece, GeminiStreamed into)
        {
            while (!into.IsOver && scanner.TryRead(ref piece, out var data))
            {
                into.Add(translator.Read(data, output));
            }
        }
    }
}
