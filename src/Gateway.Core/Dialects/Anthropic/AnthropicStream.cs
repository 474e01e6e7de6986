using System.Buffers;
using System.Text;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Makes chunks of a stream's events: a role, then each delta as it comes, its text copied with the escapes that it has, then the finish
/// reason, and at the end the usage where the client asked for it. An event costs no memory of its own.
/// </summary>
internal sealed class AnthropicStream : IAnswerEvents
{
    private const int LongestNumber = 20;

    private readonly ReceivedText? _text;
    private readonly bool _includeUsage;

    // What stands in every chunk before its choices, and before the delta of a choice.
    private readonly byte[] _frame;
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private AnthropicEvent _read;
    private AnthropicUsage _usage;
    private long _block = AnthropicEvent.NoIndex;
    private int _tools;
    private bool _inTool;
    private bool _hasArguments;
    private bool _begun;
    private bool _finished;

    public AnthropicStream(ChatFrame frame, bool includeUsage, ReceivedText? text)
    {
        (_includeUsage, _text) = (includeUsage, text);
        _frame =
        [
            .. "data: {\"id\":\""u8, .. Encoding.ASCII.GetBytes(frame.Id), .. "\",\"object\":\"chat.completion.chunk\",\"created\":"u8,
            .. Encoding.ASCII.GetBytes($"{frame.Created}"), .. ",\"model\":"u8, .. frame.ModelJson.Span, .. ",\"choices\":["u8,
        ];
        _head = [.. _frame, .. "{\"index\":0,\"delta\":{"u8];
        _tail = [.. "},\"logprobs\":null,\"finish_reason\":null}]"u8, .. ChunkEnd];
    }

    /// <summary>Where usage is asked for, every chunk but the one that has it says null.</summary>
    private ReadOnlySpan<byte> ChunkEnd => _includeUsage ? ",\"usage\":null}\n\n"u8 : "}\n\n"u8;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        // Some compatible providers end as OpenAI's do.
        if (data.StartsWith("[DONE]"u8))
        {
            return Conclude(output);
        }

        if (!AnthropicEvent.TryRead(data, out _read, ref _usage))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        switch (_read.Kind)
        {
            case AnthropicEventKind.BlockDelta:
                return Pass(data, output);
            case AnthropicEventKind.MessageStart:
                _usage.ForgetOutput();
                Begin(output);
                return new AnswerEvent { Usage = UsageSoFar };
            case AnthropicEventKind.BlockStart:
                return BeginBlock(data, output);
            case AnthropicEventKind.BlockStop:
                return new AnswerEvent { Text = EndBlock(output) };
            case AnthropicEventKind.MessageDelta:
                return Finish(data, output);
            case AnthropicEventKind.MessageStop:
                return Conclude(output);
            case AnthropicEventKind.Error:
                return new AnswerEvent { Error = AnthropicErrors.Read(500, data) };
            default:
                return default;
        }
    }

    /// <summary>What ended without its last event has its usage all the same, if it had come to a finish.</summary>
    AnswerEvent IAnswerEvents.End(IBufferWriter<byte> output) => _finished ? Conclude(output) with { IsTerminal = false } : default;

    private Usage? UsageSoFar => _usage.IsKnown ? _usage.InOpenAiMeaning : null;

    private void Begin(IBufferWriter<byte> output)
    {
        if (!_begun)
        {
            _begun = true;
            Write(output, "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8, default, default);
        }
    }

    private AnswerEvent Pass(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        Begin(output);
        var size = default(TextSize);
        if (_read.Text.Length > 0)
        {
            Write(output, "\"content\":\""u8, _read.Text.Of(data), "\""u8);
            size += Count(_read.Text.Of(data));
        }

        if (_read.Thinking.Length > 0)
        {
            Write(output, "\"reasoning_content\":\""u8, _read.Thinking.Of(data), "\""u8);
            size += Count(_read.Thinking.Of(data));
        }

        if (_read.Arguments.Length > 0 && _inTool)
        {
            // Arguments of one call must not run into another's.
            if (_read.Index != AnthropicEvent.NoIndex && _block != AnthropicEvent.NoIndex && _read.Index != _block)
            {
                return new AnswerEvent { IsMalformed = true };
            }

            WriteArguments(output, _read.Arguments.Of(data));
            size += Count(_read.Arguments.Of(data));
        }

        return new AnswerEvent { Text = size };
    }

    private AnswerEvent BeginBlock(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        Begin(output);
        var size = EndBlock(output);
        (_block, _inTool, _hasArguments) = (_read.Index, _read.IsTool, false);
        if (!_read.IsTool)
        {
            var passed = Pass(data, output);
            return passed with { Text = passed.Text + size };
        }

        Write(output, "\"tool_calls\":[{\"index\":"u8, _tools++, ",\"id\":\""u8, _read.Id.Of(data), "\",\"type\":\"function\",\"function\":{\"name\":\""u8, _read.Name.Of(data), "\",\"arguments\":\"\"}}]"u8);
        size += Count(_read.Name.Of(data));
        if (_read.Input.Length > 0 && !_read.Input.Of(data)[1..^1].Trim(" \t\r\n"u8).IsEmpty)
        {
            size += WriteInput(output, _read.Input.Of(data));
        }

        return new AnswerEvent { Text = size };
    }

    /// <summary>A call whose arguments never came has none: OpenAI writes an empty object.</summary>
    private TextSize EndBlock(IBufferWriter<byte> output)
    {
        var size = default(TextSize);
        if (_inTool && !_hasArguments)
        {
            WriteArguments(output, "{}"u8);
            size = Count("{}"u8);
        }

        _inTool = false;
        return size;
    }

    private AnswerEvent Finish(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        var size = EndBlock(output);
        if (_read.StopReason.Length > 0 && !_finished)
        {
            _finished = true;
            Begin(output);
            Put(output, _head);
            Put(output, "},\"logprobs\":null,\"finish_reason\":\""u8);
            Put(output, AnthropicStopReason.ToFinishReason(_read.StopReason.Of(data)));
            Put(output, "\"}]"u8);
            Put(output, ChunkEnd);
        }

        return new AnswerEvent { Text = size, Usage = UsageSoFar, Finished = _finished };
    }

    private AnswerEvent Conclude(IBufferWriter<byte> output)
    {
        var size = EndBlock(output);
        if (_includeUsage && _usage is { IsKnown: true, HasOutput: true })
        {
            Put(output, _frame);
            Put(output, "],\"usage\":"u8);
            OpenAiUsage.Write(_usage.InOpenAiMeaning, output);
            Put(output, "}\n\n"u8);
        }

        return new AnswerEvent { Text = size, IsTerminal = true, Finished = _finished };
    }

    private TextSize Count(ReadOnlySpan<byte> inside)
    {
        _text?.Append(inside);
        return TextSize.OfJson(inside);
    }

    private void WriteArguments(IBufferWriter<byte> output, ReadOnlySpan<byte> inside)
    {
        _hasArguments = true;
        Write(output, "\"tool_calls\":[{\"index\":"u8, _tools - 1, ",\"function\":{\"arguments\":\""u8, inside, default, default, "\"}}]"u8);
    }

    /// <summary>Arguments that came as an object, which is rare, take a buffer.</summary>
    private TextSize WriteInput(IBufferWriter<byte> output, ReadOnlySpan<byte> input)
    {
        var inside = new ArrayBufferWriter<byte>(input.Length + 16);
        JsonBytes.WriteInside(inside, input);
        WriteArguments(output, inside.WrittenSpan);
        return Count(inside.WrittenSpan);
    }

    /// <summary>One chunk whose delta is the three parts.</summary>
    private void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> before, ReadOnlySpan<byte> inside, ReadOnlySpan<byte> behind)
    {
        var length = _head.Length + before.Length + inside.Length + behind.Length + _tail.Length;
        var rest = output.GetSpan(length);
        Append(ref rest, _head);
        Append(ref rest, before);
        Append(ref rest, inside);
        Append(ref rest, behind);
        Append(ref rest, _tail);
        output.Advance(length);
    }

    /// <summary>One chunk whose delta is a call, or a piece of one.</summary>
    private void Write(
        IBufferWriter<byte> output, ReadOnlySpan<byte> before, int index, ReadOnlySpan<byte> second, ReadOnlySpan<byte> inside, ReadOnlySpan<byte> third, ReadOnlySpan<byte> name, ReadOnlySpan<byte> behind)
    {
        var span = output.GetSpan(_head.Length + before.Length + LongestNumber + second.Length + inside.Length + third.Length + name.Length + behind.Length + _tail.Length);
        var rest = span;
        Append(ref rest, _head);
        Append(ref rest, before);
        System.Buffers.Text.Utf8Formatter.TryFormat(index, rest, out var digits);
        rest = rest[digits..];
        Append(ref rest, second);
        Append(ref rest, inside);
        Append(ref rest, third);
        Append(ref rest, name);
        Append(ref rest, behind);
        Append(ref rest, _tail);
        output.Advance(span.Length - rest.Length);
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static void Put(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
