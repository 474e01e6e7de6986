using System.Buffers;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Messages;

/// <summary>Events of another dialect, first as the chunks that they are to chat completions, then as events of the Messages API.</summary>
/// <param name="chunks">Makes chunks of the provider's events.</param>
/// <param name="events">Makes events of the chunks.</param>
internal sealed class MessagesByChatEvents(IAnswerEvents chunks, MessagesFromChatEvents events) : IAnswerEvents
{
    private readonly ArrayBufferWriter<byte> _between = new(1024);

    public bool UsageIsLast => chunks.UsageIsLast;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        _between.ResetWrittenCount();
        var read = chunks.Read(data, _between);
        return Pass(read, output);
    }

    public AnswerEvent End(IBufferWriter<byte> output)
    {
        _between.ResetWrittenCount();
        var read = chunks.End(_between);
        var passed = Pass(read, output);
        events.End(output);
        return passed;
    }

    /// <summary>What the provider's own dialect read of its event stands; of the chunks only their text is still to be told, once.</summary>
    private AnswerEvent Pass(in AnswerEvent read, IBufferWriter<byte> output)
    {
        using var scanner = new SseScanner();
        var written = _between.WrittenSpan;
        var text = default(TextSize);
        while (scanner.TryRead(ref written, out var chunk))
        {
            var passed = events.Read(chunk, output);
            if (passed.IsMalformed || passed.Error is not null)
            {
                return passed;
            }

            text += passed.Text;
        }

        if (read.IsTerminal)
        {
            events.End(output);
        }

        return read with { Text = text };
    }
}
