using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Gemini;

/// <summary>
/// Generated content as a stream of whole answers, each with a piece of the text or with one call, the last with the reason
/// for the end. Nothing else marks the end. Lines end in CR LF, as Google's do, unless the behaviour says otherwise.
/// </summary>
internal sealed class GenerateStream : AnswerStream
{
    private readonly GenerateAnswer _answer;
    private readonly Behavior _behavior;
    private readonly Utf8Buffer _to;
    private long _emitted;
    private long _thought;

    private GenerateStream(HttpResponse response, GenerateAnswer answer, TimeProvider time)
        : base(response, answer.Behavior, time)
    {
        _answer = answer;
        _behavior = answer.Behavior;
        _to = Events.Buffer;
    }

    public static async Task SendAsync(HttpResponse response, GenerateAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stream = new GenerateStream(response, answer, time);
        await stream.Events.OpenAsync(cancellationToken);
        if (answer.Behavior.Blocked == true)
        {
            await stream.SendBlockAsync(cancellationToken);
        }
        else
        {
            var complete = await stream.SendPartsAsync(cancellationToken);
            await stream.Events.AfterContentAsync(cancellationToken);
            if (complete && !await stream.InterruptAsync(int.MaxValue, cancellationToken))
            {
                await stream.FinishAsync(cancellationToken);
            }
        }

        await stream.Events.CompleteAsync(cancellationToken);
    }

    protected override void WriteBroken()
    {
        _to.Raw("data: {\"candidates\":[{\"content\":{\"par"u8);
        EndLines();
    }

    protected override void WriteError()
    {
        _to.Raw("data: "u8);
        GeminiError.InStream(_behavior).Write(_to);
        EndLines();
    }

    private ValueTask SendBlockAsync(CancellationToken cancellationToken)
    {
        Events.Begin();
        _to.Raw("data: "u8);
        GenerateAnswer.WriteBlock(_to);
        _answer.WriteTail(_to, 0, 0, last: true);
        EndLines();
        return Events.EndAsync(cancellationToken);
    }

    private async Task<bool> SendPartsAsync(CancellationToken cancellationToken)
    {
        if (!await SendTokensAsync(_answer.Thoughts, thoughts: true, cancellationToken))
        {
            return false;
        }

        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            for (var index = 0; index < _answer.ToolCalls.Length; index++)
            {
                if (!await NextContentAsync(cancellationToken))
                {
                    return false;
                }

                // A call comes whole, and counts for what it would have taken in pieces.
                BeginChunk();
                _answer.WriteCall(_to, index);
                _emitted += _answer.ToolCalls[index].Deltas + 1;
                EndChunk(choice, finishes: false, last: false);
                await Events.EndContentAsync(cancellationToken);
            }
        }

        return await SendTokensAsync(_answer.Text, thoughts: false, cancellationToken);
    }

    private async Task<bool> SendTokensAsync(AnswerText text, bool thoughts, CancellationToken cancellationToken)
    {
        var tokens = text.GetEnumerator();
        while (tokens.MoveNext())
        {
            for (var choice = 0; choice < _answer.Request.Choices; choice++)
            {
                if (!await NextContentAsync(cancellationToken))
                {
                    return false;
                }

                BeginChunk();
                WriteText(tokens.Current, thoughts);
                EndChunk(choice, finishes: false, last: false);
                await Events.EndContentAsync(cancellationToken);
            }
        }

        return true;
    }

    private void WriteText(ReadOnlySpan<char> token, bool thought)
    {
        _to.Raw("{\"text\":\""u8);
        if (!thought && _emitted == 0 && _behavior.BigEvent is { } size)
        {
            _to.Repeat((byte)'x', size);
        }
        else
        {
            _to.Text(token);
        }

        _to.Raw(thought ? "\",\"thought\":true}"u8 : "\"}"u8);
        _thought += thought ? 1 : 0;
        _emitted += thought ? 0 : 1;
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_behavior.NoDone == true)
        {
            return;
        }

        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            for (var times = _behavior.DoubleFinish == true ? 2 : 1; times > 0; times--)
            {
                BeginChunk();
                _to.Raw("{\"text\":\"\""u8);
                if (_answer.SignsText && _answer.ToolCalls.Length == 0)
                {
                    _answer.WriteSignature(_to);
                }

                _to.Raw("}"u8);
                EndChunk(choice, finishes: true, last: choice == _answer.Request.Choices - 1);
                if (_behavior.Truncated == true)
                {
                    Events.Halve();
                    return;
                }

                await Events.EndAsync(cancellationToken);
            }
        }
    }

    private void BeginChunk()
    {
        Events.Begin();
        _to.Raw("data: {\"candidates\":[{\"content\":{\"parts\":["u8);
    }

    private void EndChunk(int choice, bool finishes, bool last)
    {
        _to.Raw("],\"role\":\"model\"}"u8);
        if (finishes)
        {
            _to.Raw(",\"finishReason\":"u8);
            _to.Quoted(_answer.FinishReason);
        }

        _to.Raw(",\"index\":"u8);
        _to.Number(choice);
        _to.Raw("}]"u8);
        _answer.WriteTail(_to, _emitted, _thought, last);
        EndLines();
    }

    private void EndLines() => _to.Raw(_behavior.LineEnding is null ? "\r\n\r\n"u8 : "\n\n"u8);
}
