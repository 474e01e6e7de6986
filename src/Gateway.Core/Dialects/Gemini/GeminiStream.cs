using System.Buffers;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// A stream of <c>streamGenerateContent</c>: every event is a whole response that holds what is new. Each becomes a chunk per candidate as it
/// comes. No event is the last by its name, and each repeats the usage, so that the finish reasons and the usage go out at the end; a stream
/// that ends before each of its candidates has told why was cut off.
/// </summary>
internal sealed class GeminiStream : IAnswerEvents
{
    private readonly GeminiAnswerReader _reader = new();
    private readonly GeminiAnswerMessage _message;
    private readonly ReadOnlyMemory<byte> _begin;
    private readonly bool _includeUsage;
    private Choice[] _choices = new Choice[1];
    private Usage? _usage;
    private bool _began;
    private bool _blocked;
    private bool _ended;

    public GeminiStream(ChatFrame frame, bool includeUsage, ReceivedText? text)
    {
        _includeUsage = includeUsage;
        _message = new GeminiAnswerMessage(frame, text);
        var begin = new ArrayBufferWriter<byte>(256);
        begin.Write("data: {\"id\":\""u8);
        GeminiAnswer.WriteFrame(begin, frame, "chat.completion.chunk"u8);
        begin.Write(",\"choices\":["u8);
        _begin = begin.WrittenMemory;
    }

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!_reader.TryRead(data))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        if (_reader.IsError)
        {
            return new AnswerEvent { Error = GeminiErrors.Read(GeminiErrors.Unknown, data) };
        }

        var finished = false;
        foreach (ref readonly var candidate in _reader.Candidates)
        {
            ref var choice = ref ChoiceOf(candidate.Index);
            var parts = _reader.PartsOf(candidate);
            choice.Finish = candidate.Finish == GeminiAnswerFinish.None ? choice.Finish : candidate.Finish;
            finished |= candidate.Finish != GeminiAnswerFinish.None;
            if (!choice.Began || HasContent(parts) || candidate.Logprobs.Length > 0)
            {
                WriteChunk(output, data, candidate, parts, ref choice);
            }
        }

        if (_reader.IsBlocked && !_began)
        {
            // The prompt was held back: the only thing that such a stream says.
            (_blocked, finished) = (true, true);
            ref var choice = ref ChoiceOf(0);
            choice.Finish = GeminiAnswerFinish.Filtered;
            WriteChunk(output, data, default, default, ref choice);
        }

        _usage = _reader.Usage ?? _usage;
        var text = _message.Text;
        _message.Text = default;
        return new AnswerEvent { Finished = finished, Usage = _reader.Usage, Text = text };
    }

    public AnswerEvent End(IBufferWriter<byte> output)
    {
        if (_ended || !_began)
        {
            return default;
        }

        _ended = true;
        foreach (var choice in _choices)
        {
            if (choice is { Began: true, Finish: GeminiAnswerFinish.None })
            {
                return new AnswerEvent { IsMalformed = true };
            }
        }

        for (var index = 0; index < _choices.Length; index++)
        {
            if (!_choices[index].Began)
            {
                continue;
            }

            output.Write(_begin.Span);
            output.Write("{\"index\":"u8);
            JsonBytes.Write(output, index);
            output.Write(",\"delta\":{},\"logprobs\":null,\"finish_reason\":"u8);
            output.Write(GeminiAnswerFinishText.Of(_choices[index].Finish, called: _choices[index].Calls > 0));
            EndChunk(output);
        }

        if (_includeUsage && _usage is { } usage)
        {
            output.Write(_begin.Span);
            output.Write("],\"usage\":"u8);
            OpenAiUsage.Write(usage, output);
            output.Write("}\n\n"u8);
        }

        return new AnswerEvent { IsTerminal = true, Finished = true };
    }

    private static bool HasContent(ReadOnlySpan<GeminiAnswerPart> parts)
    {
        foreach (var part in parts)
        {
            if (part.Signature.Length > 0 || part.Kind is GeminiAnswerPart.Kinds.Call or GeminiAnswerPart.Kinds.Image
                || (part.Kind != GeminiAnswerPart.Kinds.Other && part.Value.Length > 0))
            {
                return true;
            }
        }

        return false;
    }

    private void WriteChunk(
        IBufferWriter<byte> output, ReadOnlySpan<byte> data, GeminiAnswerCandidate candidate, ReadOnlySpan<GeminiAnswerPart> parts, ref Choice choice)
    {
        output.Write(_begin.Span);
        output.Write("{\"index\":"u8);
        JsonBytes.Write(output, candidate.Index);
        output.Write(",\"delta\":{"u8);
        var calls = choice.Calls;
        _message.Write(output, data, parts, candidate.Index, whole: false, begins: !choice.Began, ref calls);
        output.Write("},\"logprobs\":"u8);
        GeminiAnswerLogprobs.Write(output, candidate.Logprobs.Of(data));
        output.Write(",\"finish_reason\":null"u8);
        EndChunk(output);
        (choice.Began, choice.Calls, _began) = (true, calls, true);
    }

    private void EndChunk(IBufferWriter<byte> output) => output.Write(_includeUsage ? "}],\"usage\":null}\n\n"u8 : "}]}\n\n"u8);

    private ref Choice ChoiceOf(int index)
    {
        if (index >= _choices.Length)
        {
            Array.Resize(ref _choices, index + 1);
        }

        return ref _choices[index];
    }

    private struct Choice
    {
        public bool Began;
        public int Calls;
        public GeminiAnswerFinish Finish;
    }
}
