using System.Buffers;
using System.Text;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// Makes events of the Messages API out of a chat completion's chunks: the message's beginning, its blocks one after the other, each delta
/// with the escapes that it came with, and at the end the reason and the usage, which OpenAI tells last.
/// </summary>
/// <param name="frame">What the message carries.</param>
/// <param name="wantsThinking">Whether the client asked for thoughts; else they are left out, though they are counted.</param>
/// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
internal sealed class MessagesFromChatEvents(AnswerFrame frame, bool wantsThinking, ReceivedText? text) : IAnswerEvents
{
    private readonly ChatChunk _chunk = new();
    private Block _open;
    private int _blocks;
    private long _call = ChatCallPiece.NoIndex;
    private long _lastCall = ChatCallPiece.NoIndex;
    private byte[] _callId = [];
    private int _calls;
    private bool _begun;
    private bool _finished;
    private bool _refuses;
    private bool _concluded;
    private byte[] _reason = [];
    private Usage? _usage;
    private TextSize _received;

    private enum Block
    {
        None,
        Text,
        Thinking,
        Tool,
    }

    public bool UsageIsLast => true;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            Conclude(output);
            return new AnswerEvent { IsTerminal = true, Finished = _finished };
        }

        if (!_chunk.TryRead(data))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        if (_chunk.IsError)
        {
            return new AnswerEvent { Error = OpenAiErrors.Read(500, data) };
        }

        var before = _received;
        if (_chunk.HasChoice)
        {
            Begin(output);
            if (!TryPass(data, output))
            {
                return new AnswerEvent { IsMalformed = true };
            }
        }

        _usage = _chunk.Usage ?? _usage;
        return new AnswerEvent { Usage = _chunk.Usage, Finished = _finished, Text = Difference(_received, before) };
    }

    /// <summary>A stream that lacks its <c>[DONE]</c> is whole all the same if it came to a finish, or to its usage.</summary>
    public AnswerEvent End(IBufferWriter<byte> output)
    {
        if (_finished || _usage is not null)
        {
            Conclude(output);
        }

        return new AnswerEvent { Finished = _finished };
    }

    private bool TryPass(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (_chunk.Reasoning.Length > 0)
        {
            Count(_chunk.Reasoning.Of(data));
            if (wantsThinking)
            {
                Open(Block.Thinking, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8, output);
                Delta("{\"type\":\"thinking_delta\",\"thinking\":\""u8, _chunk.Reasoning.Of(data), output);
            }
        }

        PassText(_chunk.Content.Of(data), output);
        if (_chunk.Refusal.Length > 0)
        {
            _refuses = true;
            PassText(_chunk.Refusal.Of(data), output);
        }

        foreach (var piece in _chunk.Calls)
        {
            if (!TryPass(piece, data, output))
            {
                return false;
            }
        }

        if (_chunk.FinishReason.Length > 0 && !_finished)
        {
            _finished = true;
            _reason = _chunk.FinishReason.Of(data).ToArray();
            Close(output);
        }

        return true;
    }

    private void PassText(ReadOnlySpan<byte> inside, IBufferWriter<byte> output)
    {
        if (!inside.IsEmpty)
        {
            Count(inside);
            Open(Block.Text, "{\"type\":\"text\",\"text\":\"\"}"u8, output);
            Delta("{\"type\":\"text_delta\",\"text\":\""u8, inside, output);
        }
    }

    private bool TryPass(in ChatCallPiece piece, ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        var id = piece.Id.Of(data);
        var isOther = !id.IsEmpty && !id.SequenceEqual(_callId);
        var isNew = _calls == 0 || (piece.Index == ChatCallPiece.NoIndex || piece.Index == _call ? isOther : piece.Index > _lastCall);
        if (isNew)
        {
            Close(output);
            _callId = id.IsEmpty ? Encoding.ASCII.GetBytes($"toolu_{frame.BareId}_{_calls}") : id.ToArray();
            (_open, _call, _calls) = (Block.Tool, piece.Index, _calls + 1);
            _lastCall = Math.Max(_lastCall, piece.Index);
            BlockHead(output, "content_block_start"u8);
            output.Write(",\"content_block\":{\"type\":\"tool_use\",\"id\":\""u8);
            output.Write(_callId);
            output.Write("\",\"name\":\""u8);
            output.Write(piece.Name.Of(data));
            output.Write("\",\"input\":{}}}\n\n"u8);
            Count(piece.Name.Of(data));
        }
        else if (_open != Block.Tool || (piece.Index != ChatCallPiece.NoIndex && piece.Index != _call))
        {
            // A block that has ended takes nothing more: arguments of one call must not run into another's.
            return piece.Arguments.Length == 0;
        }

        if (piece.Arguments.Length > 0)
        {
            Count(piece.Arguments.Of(data));
            Delta("{\"type\":\"input_json_delta\",\"partial_json\":\""u8, piece.Arguments.Of(data), output);
        }

        return true;
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        output.Write("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_"u8);
        Encoding.ASCII.GetBytes(frame.BareId, output);
        output.Write("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8);
        output.Write(frame.ModelJson.Span);
        output.Write(",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":"u8);
        MessagesUsage.Write(default, output);
        output.Write("}}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"u8);
    }

    private void Open(Block kind, ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        if (_open == kind)
        {
            return;
        }

        Close(output);
        _open = kind;
        BlockHead(output, "content_block_start"u8);
        output.Write(",\"content_block\":"u8);
        output.Write(block);
        output.Write("}\n\n"u8);
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (_open == Block.None)
        {
            return;
        }

        BlockHead(output, "content_block_stop"u8);
        output.Write("}\n\n"u8);
        (_open, _blocks) = (Block.None, _blocks + 1);
    }

    private void Delta(ReadOnlySpan<byte> head, ReadOnlySpan<byte> inside, IBufferWriter<byte> output)
    {
        BlockHead(output, "content_block_delta"u8);
        output.Write(",\"delta\":"u8);
        output.Write(head);
        output.Write(inside);
        output.Write("\"}}\n\n"u8);
    }

    private void BlockHead(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: {\"type\":\""u8);
        output.Write(type);
        output.Write("\",\"index\":"u8);
        JsonBytes.Write(output, _blocks);
    }

    /// <summary>The last event but one. An answer that told neither reason nor usage has not been one.</summary>
    private void Conclude(IBufferWriter<byte> output)
    {
        if (_concluded || (!_begun && _usage is null))
        {
            return;
        }

        _concluded = true;
        Begin(output);
        Close(output);
        output.Write("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\""u8);
        output.Write(MessagesStopReason.Of(_reason, _calls > 0, _refuses));
        output.Write("\",\"stop_sequence\":null},\"usage\":"u8);
        if (_usage is { } usage)
        {
            MessagesUsage.Write(usage, output);
        }
        else
        {
            output.Write("{\"output_tokens\":"u8);
            JsonBytes.Write(output, TextEstimate.Tokens(_received));
            output.Write("}"u8);
        }

        output.Write("}\n\n"u8);
    }

    private void Count(ReadOnlySpan<byte> inside)
    {
        text?.Append(inside);
        _received += TextSize.OfJson(inside);
    }

    private static TextSize Difference(in TextSize all, in TextSize before) => new(
        all.Letters - before.Letters,
        all.Digits - before.Digits,
        all.Signs - before.Signs,
        all.Alphabetic - before.Alphabetic,
        all.Ideographic - before.Ideographic,
        all.Astral - before.Astral);
}
