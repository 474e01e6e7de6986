using Gateway.Simulator.Answers;
using Gateway.Simulator.Azure;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>A chat answer as a stream of chunks: role, content a token each, finish, usage, <c>[DONE]</c>.</summary>
internal sealed class ChatStream : AnswerStream
{
    private readonly ChatAnswer _answer;
    private readonly Behavior _behavior;
    private readonly EventStream _events;
    private readonly Utf8Buffer _to;

    // What every chunk begins with, up to its choices; put together once.
    private readonly Utf8Buffer _head = new();
    private readonly UsageReport _usage;

    private ChatStream(HttpResponse response, ChatAnswer answer, TimeProvider time)
        : base(response, answer.Behavior, time)
    {
        _answer = answer;
        _behavior = answer.Behavior;
        _events = Events;
        _to = Events.Buffer;
        _usage = answer.Behavior.Usage ?? UsageReport.Normal;
        if (!answer.Request.IncludeUsage && _usage is not (UsageReport.OnLast or UsageReport.Running))
        {
            _usage = UsageReport.Omitted;
        }

        _head.Raw("data: "u8);
        answer.WriteHead(_head, "chat.completion.chunk"u8);
        _head.Raw(",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_simulator\",\"choices\":["u8);
    }

    public static async Task SendAsync(HttpResponse response, ChatAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stream = new ChatStream(response, answer, time);
        await stream._events.OpenAsync(cancellationToken);
        await stream.SendAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _head.Dispose();
        base.Dispose();
    }

    protected override void WriteBroken() => _to.Raw("data: {\"id\":\"chatcmpl-sim\",\"choices\":[{\"index\":0,\"del\n\n"u8);

    protected override void WriteError()
    {
        _to.Raw("data: "u8);
        OpenAiError.InStream(_behavior).Write(_to);
        _to.Raw("\n\n"u8);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (_answer.TellsPromptFilter)
        {
            _events.Begin();
            _to.Raw("data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],"u8);
            _to.Raw(ContentFilter.OfPrompt);
            _to.Raw("}\n\n"u8);
            await _events.EndAsync(cancellationToken);
        }

        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            BeginChunk(choice);
            _to.Raw(_answer.ToolCalls.Length > 0
                ? "\"role\":\"assistant\",\"content\":null"u8
                : _answer.Refuses ? "\"role\":\"assistant\",\"content\":null,\"refusal\":\"\""u8
                : "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8);
            EndChunk();
            await _events.EndAsync(cancellationToken);
        }

        var complete = _answer.ToolCalls.Length > 0
            ? await SendToolCallsAsync(cancellationToken)
            : await SendContentAsync(cancellationToken);
        await _events.AfterContentAsync(cancellationToken);
        if (complete && !await InterruptAsync(int.MaxValue, cancellationToken))
        {
            await FinishAsync(cancellationToken);
        }

        await _events.CompleteAsync(cancellationToken);
    }

    private async Task<bool> SendContentAsync(CancellationToken cancellationToken)
    {
        var tokens = _answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            for (var choice = 0; choice < _answer.Request.Choices; choice++)
            {
                await _events.BeforeContentAsync(cancellationToken);
                if (Interrupts && await InterruptAsync(_events.Contents, cancellationToken))
                {
                    return false;
                }

                BeginChunk(choice);
                _to.Raw(_answer.Refuses ? "\"refusal\":\""u8 : "\"content\":\""u8);
                if (_events.Contents == 0 && _behavior.BigEvent is { } size)
                {
                    _to.Repeat((byte)'x', size);
                }
                else
                {
                    _to.Text(tokens.Current);
                }

                _to.Raw("\""u8);
                EndChunk(inContent: true);
                await _events.EndContentAsync(cancellationToken);
            }
        }

        return true;
    }

    private async Task<bool> SendToolCallsAsync(CancellationToken cancellationToken)
    {
        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            for (var index = 0; index < _answer.ToolCalls.Length; index++)
            {
                var call = _answer.ToolCalls[index];

                // The first delta names the call, the others carry its arguments.
                for (var delta = -1; delta < call.Deltas; delta++)
                {
                    await _events.BeforeContentAsync(cancellationToken);
                    if (Interrupts && await InterruptAsync(_events.Contents, cancellationToken))
                    {
                        return false;
                    }

                    BeginChunk(choice);
                    WriteToolCall(call, choice, index, delta);
                    EndChunk();
                    await _events.EndContentAsync(cancellationToken);
                }
            }
        }

        return true;
    }

    private void WriteToolCall(ToolCall call, int choice, int index, int delta)
    {
        _to.Raw("\"tool_calls\":[{\"index\":"u8);
        _to.Number(index);
        if (delta < 0)
        {
            _to.Raw(",\"id\":\""u8);
            _to.Text(call.Id);
            _to.Raw("-"u8);
            _to.Number(choice);
            _to.Raw("\",\"type\":\"function\",\"function\":{\"name\":"u8);
            _to.Quoted(call.Name);
            _to.Raw(",\"arguments\":\"\"}}]"u8);
            return;
        }

        _to.Raw(",\"function\":{\"arguments\":\""u8);
        _to.Text(call.Delta(delta));
        _to.Raw("\"}}]"u8);
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            for (var times = _behavior.DoubleFinish == true ? 2 : 1; times > 0; times--)
            {
                BeginChunk(choice);
                EndChunk(finishes: true, last: choice == _answer.Request.Choices - 1);
                if (_behavior.Truncated == true)
                {
                    _events.Halve();
                    return;
                }

                await _events.EndAsync(cancellationToken);
            }
        }

        if (_usage is UsageReport.Normal or UsageReport.Zero or UsageReport.Null)
        {
            _events.Begin();
            _to.Raw(_head.Span);
            _to.Raw("],\"usage\":"u8);
            WriteUsage(_answer.Emitted);
            _to.Raw("}\n\n"u8);
            await _events.EndAsync(cancellationToken);
        }

        if (_behavior.NoDone != true)
        {
            _events.Begin();
            _to.Raw("data: [DONE]\n\n"u8);
            await _events.EndAsync(cancellationToken);
        }
    }

    private void BeginChunk(int choice)
    {
        _events.Begin();
        _to.Raw(_head.Span);
        _to.Raw("{\"index\":"u8);
        _to.Number(choice);
        _to.Raw(",\"delta\":{"u8);
    }

    private void EndChunk(bool inContent = false, bool finishes = false, bool last = false)
    {
        if (finishes)
        {
            _to.Raw("},\"logprobs\":null,\"finish_reason\":"u8);
            _to.Quoted(_answer.FinishReason);
        }
        else
        {
            _to.Raw("},\"logprobs\":null,\"finish_reason\":null"u8);
        }

        if (_answer.Filtered)
        {
            // Only what has content has a verdict.
            _to.Raw(","u8);
            _to.Raw(inContent ? ContentFilter.OfChoice : ContentFilter.OfNothing);
        }

        _to.Raw("}]"u8);

        if (_usage is UsageReport.Running || (_usage is UsageReport.OnLast && last))
        {
            _to.Raw(",\"usage\":"u8);
            WriteUsage(finishes ? _answer.Emitted : _events.Contents);
        }
        else if (_usage is not (UsageReport.Omitted or UsageReport.OnLast))
        {
            _to.Raw(",\"usage\":null"u8);
        }

        _to.Raw("}\n\n"u8);
    }

    private void WriteUsage(long emitted)
    {
        if (_usage is UsageReport.Null)
        {
            _to.Raw("null"u8);
            return;
        }

        _answer.WriteUsage(_to, emitted);
    }
}
