using System.Buffers;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Tests.Dialects.Anthropic;

/// <summary>Brings the bytes of a stream through scanner and translator, in pieces of any size.</summary>
internal static class AnthropicStreams
{
    private static readonly ChatFrame Frame = new("chatcmpl-1", 1700000000, "\"m\""u8.ToArray());

    public static StreamResult Run(byte[] stream, int pieces, bool includeUsage = false, ReceivedText? text = null) =>
        Run(pieces <= 0 ? [stream] : stream.Chunk(pieces), includeUsage, text);

    public static StreamResult Run(IEnumerable<byte[]> pieces, bool includeUsage = false, ReceivedText? text = null)
    {
        using var scanner = new SseScanner();
        var output = new ArrayBufferWriter<byte>();
        var translator = AnthropicDialect.Instance.Translation.BeginStream(Frame, includeUsage, text);
        var result = new StreamResult([], null, default, null, false, false, false);
        foreach (var bytes in pieces)
        {
            ReadOnlySpan<byte> piece = bytes;
            while (Goes(result) && scanner.TryRead(ref piece, out var data))
            {
                result = Add(result, translator.Read(data, output));
            }
        }

        if (Goes(result) && scanner.TryReadLast(out var last))
        {
            result = Add(result, translator.Read(last, output));
        }

        if (Goes(result))
        {
            result = Add(result, translator.End(output));
        }

        return result with { Chunks = Split(Encoding.UTF8.GetString(output.WrittenSpan)) };
    }

    private static bool Goes(StreamResult result) => result is { Terminal: false, Malformed: false, Error: null };

    private static StreamResult Add(StreamResult result, in AnswerEvent passed) => result with
    {
        Usage = passed.Usage ?? result.Usage,
        Text = result.Text + passed.Text,
        Error = passed.Error is { } error ? $"{error.Type}: {error.Message}" : result.Error,
        Finished = result.Finished || passed.Finished,
        Terminal = result.Terminal || passed.IsTerminal,
        Malformed = result.Malformed || passed.IsMalformed,
    };

    private static List<string> Split(string written)
    {
        var events = written.Split("\n\n");
        if (events[^1].Length > 0 || events[..^1].Any(text => !text.StartsWith("data: {", StringComparison.Ordinal) || text.Contains('\n', StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"These are no whole events: {written}");
        }

        // What is written must be what the gateway's own reader takes.
        foreach (var text in events[..^1])
        {
            if (!ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(text["data: ".Length..]), out _))
            {
                throw new InvalidOperationException($"This is no chunk: {text}");
            }
        }

        return [.. events[..^1].Select(text => text["data: ".Length..])];
    }
}
