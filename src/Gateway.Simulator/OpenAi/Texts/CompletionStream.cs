using Gateway.Simulator.Answers;
using Gateway.Simulator.Azure;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>Text completions as a stream of chunks: an echo, a token each, finish, usage, <c>[DONE]</c>.</summary>
internal sealed class CompletionStream : AnswerStream
{
    private readonly CompletionAnswer _answer;
    private readonly Behavior _behavior;
    private readonly Utf8Buffer _to;
    private readonly UsageReport _usage;

    private CompletionStream(HttpResponse response, CompletionAnswer answer, TimeProvider time)
        : base(response, answer.Behavior, time)
    {
        (_answer, _behavior, _to) = (answer, answer.Behavior, Events.Buffer);
        _usage = answer.Behavior.Usage ?? UsageReport.Normal;
        if (!answer.Request.IncludeUsage && _usage is not (UsageReport.OnLast or UsageReport.Running))
        {
            _usage = UsageReport.Omitted;
        }
    }

    public static async Task SendAsync(HttpResponse response, CompletionAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stream = new CompletionStream(response, answer, time);
        await stream.Events.OpenAsync(cancellationToken);
        await stream.SendAsync(cancellationToken);
    }

    protected override void WriteBroken() => _to.Raw("data: {\"id\":\"cmpl-sim\",\"choices\":[{\"index\":0,\"te\n\n"u8);

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
            Events.Begin();
            _to.Raw("data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],"u8);
            _to.Raw(ContentFilter.OfPrompt);
            _to.Raw("}\n\n"u8);
            await Events.EndAsync(cancellationToken);
        }

        for (var choice = 0; _answer.Request.Echo && choice < _answer.Request.Choices; choice++)
        {
            BeginChunk(choice);
            _to.Text(_answer.EchoOf(choice));
            EndChunk(finishes: false);
            await Events.EndAsync(cancellationToken);
        }

        var complete = await SendContentAsync(cancellationToken);
        await Events.AfterContentAsync(cancellationToken);
        if (complete && !await InterruptAsync(int.MaxValue, cancellationToken))
        {
            await FinishAsync(cancellationToken);
        }

        await Events.CompleteAsync(cancellationToken);
    }

    private async Task<bool> SendContentAsync(CancellationToken cancellationToken)
    {
        var tokens = _answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            for (var choice = 0; choice < _answer.Request.Choices; choice++)
            {
                if (!await NextContentAsync(cancellationToken))
                {
                    return false;
                }

                BeginChunk(choice);
                _to.Text(tokens.Current);
                EndChunk(finishes: false);
                await Events.EndContentAsync(cancellationToken);
            }
        }

        return true;
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        for (var choice = 0; choice < _answer.Request.Choices; choice++)
        {
            BeginChunk(choice);
            EndChunk(finishes: true, last: choice == _answer.Request.Choices - 1);
            if (_behavior.Truncated == true)
            {
                Events.Halve();
                return;
            }

            await Events.EndAsync(cancellationToken);
        }

        if (_usage is UsageReport.Normal or UsageReport.Zero or UsageReport.Null)
        {
            Events.Begin();
            _to.Raw("data: "u8);
            _answer.WriteHead(_to);
            _to.Raw("],\"usage\":"u8);
            WriteUsage(_answer.Emitted);
            _to.Raw("}\n\n"u8);
            await Events.EndAsync(cancellationToken);
        }

        if (_behavior.NoDone != true)
        {
            Events.Begin();
            _to.Raw("data: [DONE]\n\n"u8);
            await Events.EndAsync(cancellationToken);
        }
    }

    private void BeginChunk(int choice)
    {
        Events.Begin();
        _to.Raw("data: "u8);
        _answer.WriteHead(_to);
        _to.Raw("{\"index\":"u8);
        _to.Number(choice);
        _to.Raw(",\"text\":\""u8);
    }

    private void EndChunk(bool finishes, bool last = false)
    {
        _to.Raw("\",\"logprobs\":null,\"finish_reason\":"u8);
        _to.Quoted(finishes ? _answer.FinishReason : null);
        _to.Raw("}]"u8);
        if (_usage is UsageReport.Running || (_usage is UsageReport.OnLast && last))
        {
            _to.Raw(",\"usage\":"u8);
            WriteUsage(finishes ? _answer.Emitted : Events.Contents);
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
