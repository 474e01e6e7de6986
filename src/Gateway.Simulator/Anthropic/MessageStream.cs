using Gateway.Simulator.Answers;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary>
/// A message as a stream of events: start, for each block of content its start, deltas and stop, then the delta of the
/// message with its reason and usage, then stop.
/// </summary>
internal sealed class MessageStream : AnswerStream
{
    private readonly MessageAnswer _answer;
    private readonly Behavior _behavior;
    private readonly Utf8Buffer _to;
    private long _emitted;
    private long _thought;
    private int _block;

    private MessageStream(HttpResponse response, MessageAnswer answer, TimeProvider time)
        : base(response, answer.Behavior, time)
    {
        _answer = answer;
        _behavior = answer.Behavior;
        _to = Events.Buffer;
    }

    public static async Task SendAsync(HttpResponse response, MessageAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var stream = new MessageStream(response, answer, time);
        await stream.Events.OpenAsync(cancellationToken);
        await stream.StartAsync(cancellationToken);
        var complete = await stream.SendBlocksAsync(cancellationToken);
        await stream.Events.AfterContentAsync(cancellationToken);
        if (complete && !await stream.InterruptAsync(int.MaxValue, cancellationToken))
        {
            await stream.FinishAsync(cancellationToken);
        }

        await stream.Events.CompleteAsync(cancellationToken);
    }

    protected override void WriteBroken() =>
        _to.Raw("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"del\n\n"u8);

    protected override void WriteError()
    {
        _to.Raw("event: error\ndata: "u8);
        AnthropicError.InStream(_behavior).Write(_to);
        _to.Raw("\n\n"u8);
    }

    private ValueTask StartAsync(CancellationToken cancellationToken)
    {
        Begin("message_start"u8);
        _to.Raw(",\"message\":"u8);
        _answer.WriteHead(_to);
        _to.Raw("],\"stop_reason\":null,\"stop_sequence\":null"u8);
        if (_behavior.Usage is not UsageReport.OnLast)
        {
            _answer.WriteUsage(_to, Math.Min(1, _answer.Emitted), 0, whole: true);
        }

        _to.Raw("}"u8);
        return EndAsync(cancellationToken);
    }

    private async Task<bool> SendBlocksAsync(CancellationToken cancellationToken)
    {
        if (_answer.Thoughts.Count > 0 && !await SendThoughtsAsync(cancellationToken))
        {
            return false;
        }

        foreach (var call in _answer.ToolCalls)
        {
            if (!await SendCallAsync(call, cancellationToken))
            {
                return false;
            }
        }

        return _answer.Text.Count == 0 || await SendTextAsync(cancellationToken);
    }

    private async Task<bool> SendThoughtsAsync(CancellationToken cancellationToken)
    {
        await StartBlockAsync("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}", cancellationToken);
        var tokens = _answer.Thoughts.GetEnumerator();
        while (tokens.MoveNext())
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            BeginDelta("thinking_delta\",\"thinking\":\""u8);
            _to.Text(tokens.Current);
            _thought++;
            await EndDeltaAsync(cancellationToken);
        }

        BeginDelta("signature_delta\",\"signature\":\""u8);
        _to.Text(_answer.Signature);
        _to.Raw("\"}"u8);
        await EndAsync(cancellationToken);
        await StopBlockAsync(cancellationToken);
        return true;
    }

    private async Task<bool> SendCallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        await StartBlockAsync($"{{\"type\":\"tool_use\",\"id\":\"{call.Id}\",\"name\":\"{call.Name}\",\"input\":{{}}}}", cancellationToken);

        // The first delta is empty, as the provider's is.
        for (var delta = -1; delta < call.Deltas; delta++)
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            BeginDelta("input_json_delta\",\"partial_json\":\""u8);
            _to.Text(delta < 0 ? "" : call.Delta(delta));
            _emitted++;
            await EndDeltaAsync(cancellationToken);
        }

        await StopBlockAsync(cancellationToken);
        return true;
    }

    private async Task<bool> SendTextAsync(CancellationToken cancellationToken)
    {
        await StartBlockAsync("{\"type\":\"text\",\"text\":\"\"}", cancellationToken);
        var tokens = _answer.Text.GetEnumerator();
        while (tokens.MoveNext())
        {
            if (!await NextContentAsync(cancellationToken))
            {
                return false;
            }

            BeginDelta("text_delta\",\"text\":\""u8);
            if (_emitted == 0 && _behavior.BigEvent is { } size)
            {
                _to.Repeat((byte)'x', size);
            }
            else
            {
                _to.Text(tokens.Current);
            }

            _emitted++;
            await EndDeltaAsync(cancellationToken);
        }

        await StopBlockAsync(cancellationToken);
        return true;
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        for (var times = _behavior.DoubleFinish == true ? 2 : 1; times > 0; times--)
        {
            Begin("message_delta"u8);
            _to.Raw(",\"delta\":{"u8);
            _answer.WriteStop(_to);
            _to.Raw("}"u8);
            _answer.WriteUsage(_to, _answer.Emitted, _answer.Thought, whole: false);
            _to.Raw("}\n\n"u8);
            if (_behavior.Truncated == true)
            {
                Events.Halve();
                return;
            }

            await Events.EndAsync(cancellationToken);
        }

        if (_behavior.NoDone != true)
        {
            Begin("message_stop"u8);
            await EndAsync(cancellationToken);
        }
    }

    private async Task StartBlockAsync(string block, CancellationToken cancellationToken)
    {
        Begin("content_block_start"u8);
        WriteIndex();
        _to.Raw(",\"content_block\":"u8);
        _to.Json(block);
        await EndAsync(cancellationToken);
        if (_block == 0)
        {
            Begin("ping"u8);
            await EndAsync(cancellationToken);
        }
    }

    private async Task StopBlockAsync(CancellationToken cancellationToken)
    {
        Begin("content_block_stop"u8);
        WriteIndex();
        await EndAsync(cancellationToken);
        _block++;
        if (_behavior.Usage is UsageReport.Running)
        {
            Begin("message_delta"u8);
            _to.Raw(",\"delta\":{\"stop_reason\":null,\"stop_sequence\":null}"u8);
            _answer.WriteUsage(_to, _emitted, _thought, whole: false);
            await EndAsync(cancellationToken);
        }
    }

    /// <summary>An event up to inside its data, which begins with its type.</summary>
    private void Begin(ReadOnlySpan<byte> type)
    {
        Events.Begin();
        _to.Raw("event: "u8);
        _to.Raw(type);
        _to.Raw("\ndata: {\"type\":\""u8);
        _to.Raw(type);
        _to.Raw("\""u8);
    }

    private void WriteIndex()
    {
        _to.Raw(",\"index\":"u8);
        _to.Number(_block);
    }

    /// <param name="opening">The delta's type, up to inside its one string.</param>
    private void BeginDelta(ReadOnlySpan<byte> opening)
    {
        Begin("content_block_delta"u8);
        WriteIndex();
        _to.Raw(",\"delta\":{\"type\":\""u8);
        _to.Raw(opening);
    }

    private ValueTask EndDeltaAsync(CancellationToken cancellationToken)
    {
        _to.Raw("\"}}\n\n"u8);
        return Events.EndContentAsync(cancellationToken);
    }

    private ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _to.Raw("}\n\n"u8);
        return Events.EndAsync(cancellationToken);
    }
}
