using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>
/// A response as a stream of numbered events: created, in progress, for each item of the output its beginning, its parts piece by piece and
/// its end, and the whole response last. Nothing comes behind that.
/// </summary>
internal sealed class ResponsesStream : AnswerStream
{
    private readonly ResponsesAnswer _answer;
    private readonly Behavior _behavior;
    private readonly Utf8Buffer _to;
    private int _sequence;
    private int _item;
    private long _emitted;

    private ResponsesStream(HttpResponse response, ResponsesAnswer answer, TimeProvider time)
        : base(response, answer.Behavior, time)
    {
        _answer = answer;
        _behavior = answer.Behavior;
        _to = Events.Buffer;
    }

    public static async Task SendAsync(HttpResponse response, ResponsesAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stream = new ResponsesStream(response, answer, time);
        await stream.Events.OpenAsync(cancellationToken);
        await stream.BeginAsync("response.created", cancellationToken);
        await stream.BeginAsync("response.in_progress", cancellationToken);
        var complete = await stream.SendOutputAsync(cancellationToken);
        await stream.Events.AfterContentAsync(cancellationToken);
        if (complete && !await stream.InterruptAsync(int.MaxValue, cancellationToken))
        {
            await stream.FinishAsync(cancellationToken);
        }

        await stream.Events.CompleteAsync(cancellationToken);
    }

    protected override void WriteBroken() => _to.Raw("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"del\n\n"u8);

    protected override void WriteError()
    {
        var error = OpenAiError.InStream(_behavior);
        Begin("error");
        _to.Raw(",\"code\":"u8);
        _to.Quoted(error.Code);
        _to.Raw(",\"message\":"u8);
        _to.Quoted(error.Message);
        _to.Raw(",\"param\":null}\n\n"u8);
    }

    private ValueTask BeginAsync(string type, CancellationToken cancellationToken)
    {
        Events.Begin();
        Begin(type);
        _to.Raw(",\"response\":"u8);
        _answer.WriteBegun(_to);
        return EndAsync(cancellationToken);
    }

    private async Task<bool> SendOutputAsync(CancellationToken cancellationToken)
    {
        if (_answer.Thoughts.Count > 0 && !await SendThoughtsAsync(cancellationToken))
        {
            return false;
        }

        for (var i = 0; i < _answer.ToolCalls.Length; i++)
        {
            if (!await SendCallAsync(i, cancellationToken))
            {
                return false;
            }
        }

        return _answer.ToolCalls.Length > 0 || await SendMessageAsync(cancellationToken);
    }

    private async Task<bool> SendThoughtsAsync(CancellationToken cancellationToken)
    {
        var id = _answer.ItemId("rs");
        await SendItemAsync("added", to => _answer.WriteReasoning(to, whole: false), cancellationToken);
        await SendPlaceAsync("response.reasoning_summary_part.added", id, "summary_index", ",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}}", cancellationToken);
        var tokens = _answer.Thoughts.GetEnumerator();
        while (tokens.MoveNext())
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            Events.Begin();
            BeginPlace("response.reasoning_summary_text.delta", id, "summary_index");
            _to.Raw(",\"delta\":\""u8);
            _to.Text(tokens.Current);
            _to.Raw("\"}\n\n"u8);
            await Events.EndContentAsync(cancellationToken);
        }

        Events.Begin();
        BeginPlace("response.reasoning_summary_text.done", id, "summary_index");
        _to.Raw(",\"text\":\""u8);
        _answer.WriteThoughts(_to);
        _to.Raw("\""u8);
        await EndAsync(cancellationToken);
        Events.Begin();
        BeginPlace("response.reasoning_summary_part.done", id, "summary_index");
        _to.Raw(",\"part\":{\"type\":\"summary_text\",\"text\":\""u8);
        _answer.WriteThoughts(_to);
        _to.Raw("\"}"u8);
        await EndAsync(cancellationToken);
        await SendItemAsync("done", to => _answer.WriteReasoning(to, whole: true), cancellationToken);
        _item++;
        return true;
    }

    private async Task<bool> SendCallAsync(int index, CancellationToken cancellationToken)
    {
        var (call, id) = (_answer.ToolCalls[index], _answer.CallItemId(index));
        await SendItemAsync("added", to => _answer.WriteCall(to, index, whole: false), cancellationToken);
        for (var delta = 0; delta < call.Deltas; delta++)
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            Events.Begin();
            BeginPlace("response.function_call_arguments.delta", id, index: null);
            _to.Raw(",\"delta\":\""u8);
            _to.Text(call.Delta(delta));
            _to.Raw("\"}\n\n"u8);
            _emitted++;
            await Events.EndContentAsync(cancellationToken);
        }

        _emitted++;
        Events.Begin();
        BeginPlace("response.function_call_arguments.done", id, index: null);
        _to.Raw(",\"name\":"u8);
        _to.Quoted(call.Name);
        _to.Raw(",\"arguments\":"u8);
        _to.Quoted(call.Arguments);
        await EndAsync(cancellationToken);
        await SendItemAsync("done", to => _answer.WriteCall(to, index, whole: true), cancellationToken);
        _item++;
        return true;
    }

    private async Task<bool> SendMessageAsync(CancellationToken cancellationToken)
    {
        var id = _answer.ItemId("msg");
        await SendItemAsync("added", to => _answer.WriteMessage(to, whole: false), cancellationToken);
        await SendPartAsync("response.content_part.added", id, whole: false, cancellationToken);
        var tokens = _answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            Events.Begin();
            BeginPlace(_answer.Refuses ? "response.refusal.delta" : "response.output_text.delta", id, "content_index");
            _to.Raw(",\"delta\":\""u8);
            if (_emitted == 0 && _behavior.BigEvent is { } size)
            {
                _to.Repeat((byte)'x', size);
            }
            else
            {
                _to.Text(tokens.Current);
            }

            _to.Raw(_answer.Refuses ? "\"}\n\n"u8 : "\",\"logprobs\":[],\"obfuscation\":\"x1Y2\"}\n\n"u8);
            _emitted++;
            await Events.EndContentAsync(cancellationToken);
        }

        Events.Begin();
        BeginPlace(_answer.Refuses ? "response.refusal.done" : "response.output_text.done", id, "content_index");
        _to.Raw(_answer.Refuses ? ",\"refusal\":\""u8 : ",\"logprobs\":[],\"text\":\""u8);
        _answer.WriteText(_to);
        _to.Raw("\""u8);
        await EndAsync(cancellationToken);
        await SendPartAsync("response.content_part.done", id, whole: true, cancellationToken);
        await SendItemAsync("done", to => _answer.WriteMessage(to, whole: true), cancellationToken);
        return true;
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_behavior.NoDone == true)
        {
            return;
        }

        Events.Begin();
        Begin($"response.{_answer.Status}");
        _to.Raw(",\"response\":"u8);
        _answer.WriteWhole(_to, _emitted);
        _to.Raw("}\n\n"u8);
        if (_behavior.Truncated == true)
        {
            Events.Halve();
            return;
        }

        await Events.EndAsync(cancellationToken);
    }

    private ValueTask SendItemAsync(string what, Action<Utf8Buffer> write, CancellationToken cancellationToken)
    {
        Events.Begin();
        Begin($"response.output_item.{what}");
        _to.Raw(",\"output_index\":"u8);
        _to.Number(_item);
        _to.Raw(",\"item\":"u8);
        write(_to);
        return EndAsync(cancellationToken);
    }

    private ValueTask SendPartAsync(string type, string id, bool whole, CancellationToken cancellationToken)
    {
        Events.Begin();
        BeginPlace(type, id, "content_index");
        _to.Raw(",\"part\":"u8);
        _answer.WritePart(_to, whole);
        return EndAsync(cancellationToken);
    }

    private ValueTask SendPlaceAsync(string type, string id, string index, string rest, CancellationToken cancellationToken)
    {
        Events.Begin();
        BeginPlace(type, id, index);
        _to.Json(rest);
        _to.Raw("\n\n"u8);
        return Events.EndAsync(cancellationToken);
    }

    /// <summary>An event up to where it says which item it is about.</summary>
    private void BeginPlace(string type, string id, string? index)
    {
        Begin(type);
        _to.Raw(",\"item_id\":"u8);
        _to.Quoted(id);
        _to.Raw(",\"output_index\":"u8);
        _to.Number(_item);
        if (index is not null)
        {
            _to.Raw(",\""u8);
            _to.Text(index);
            _to.Raw("\":0"u8);
        }
    }

    private void Begin(string type)
    {
        _to.Raw("event: "u8);
        _to.Text(type);
        _to.Raw("\ndata: {\"type\":\""u8);
        _to.Text(type);
        _to.Raw("\",\"sequence_number\":"u8);
        _to.Number(_sequence++);
    }

    private ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _to.Raw("}\n\n"u8);
        return Events.EndAsync(cancellationToken);
    }
}
