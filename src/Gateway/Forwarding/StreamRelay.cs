using System.Buffers;
using System.IO.Pipelines;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>
/// Passes a provider's events on, each at once: (1) read what came; (2) cut it into events; (3) have the endpoint's
/// <see cref="IAnswerEvents"/> read each in place for model, usage and text; (4) take it with the client's name of the model, and without
/// what the client did not ask for, or as it was translated; (5) write all events of one read at once. It stops at the terminal event, which
/// it does not write. Without a client it reads on, and passes nothing on but to the copy that is kept of an answer.
/// </summary>
internal sealed class StreamRelay(
    PipeWriter writer,
    ClientWatch client,
    IAnswerEvents events,
    byte[] modelJson,
    long mostCompletion,
    AnswerCopy? copy,
    UpstreamDeadline deadline,
    Action onFirstEvent,
    Action onFirstText) : IDisposable
{
    private const int ReadBytes = 16 * 1024;

    private readonly SseScanner _scanner = new();
    private readonly GatheredBytes _gathered = new();
    private bool _terminal;
    private bool _finished;

    /// <summary>Whether anything went to the client, or would have if it had not left.</summary>
    public bool Began { get; private set; }

    /// <summary>The last usage that could be believed.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>The last one that could not.</summary>
    public RefusedUsage? RefusedUsage { get; private set; }

    public TextSize Received { get; private set; }

    /// <summary>Whole pictures.</summary>
    public int Images { get; private set; }

    /// <summary>What ended the stream before its time, or null.</summary>
    public GatewayError? BrokenBy { get; private set; }

    /// <summary>Whether it read to the answer's end.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether anything of an answer came, beyond its announcement.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>Whether the answer itself says that it failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What the provider stores of it, as far as that was told; or null.</summary>
    public StoredOutput? Stored { get; private set; }

    /// <summary>The provider's own last event as the client is to get it, or null where the endpoint's end of a stream stands for it.</summary>
    public byte[]? LastEvent { get; private set; }

    public async ValueTask RunAsync(Stream upstream, CancellationToken ct)
    {
        byte[]? buffer = null;
        client.Writes(writer);
        try
        {
            while (!_terminal && BrokenBy is null)
            {
                // A stream that waits holds no buffer: reading nothing completes when something is there.
                var ready = upstream.ReadAsync(Memory<byte>.Empty, ct);
                if (!ready.IsCompleted && buffer is not null)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }

                await ready;
                buffer ??= ArrayPool<byte>.Shared.Rent(ReadBytes);
                var read = await upstream.ReadAsync(buffer.AsMemory(0, ReadBytes), ct);
                var before = Received;
                if (read == 0)
                {
                    End();
                }
                else
                {
                    deadline.Progress(first: !Began);
                    Pass(buffer.AsSpan(0, read));
                }

                if (_gathered.Length > 0)
                {
                    copy?.Append(_gathered.Memory.Span);
                }

                if (client.HasLeft)
                {
                    _gathered.Return();
                    if (!_terminal && !client.MayReadOn(before, Received))
                    {
                        return;
                    }
                }
                else if (_gathered.Length > 0)
                {
                    await SendAsync(ct);
                }
            }

            Conclude();
            Ended = BrokenBy is null;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Dispose()
    {
        _scanner.Dispose();
        _gathered.Return();
    }

    /// <summary>Everything of one read in one write. A client that reads slowly holds the stream up; that is not the provider's time.</summary>
    private async ValueTask SendAsync(CancellationToken ct)
    {
        var write = writer.WriteAsync(_gathered.Memory, ct);
        FlushResult written;
        if (write.IsCompleted)
        {
            written = await write;
        }
        else
        {
            deadline.Pause();
            written = await write;
            deadline.Resume();
        }

        // The server breaks a wait off, too, where it finds the connection gone.
        if (written.IsCompleted || written.IsCanceled)
        {
            client.Leave();
        }

        _gathered.Return();
    }

    private void Pass(ReadOnlySpan<byte> piece)
    {
        while (!_terminal && BrokenBy is null && _scanner.TryRead(ref piece, out var data))
        {
            Pass(data, last: false);
        }

        if (_scanner.IsOverlong)
        {
            BrokenBy = GatewayError.ProviderMalformed();
        }
    }

    /// <summary>The stream ended. Its last event may lack the blank line; a missing <c>[DONE]</c> is supplied by whoever finishes.</summary>
    private void End()
    {
        if (_scanner.TryReadLast(out var data))
        {
            Pass(data, last: true);
        }

        if (!_terminal && BrokenBy is null)
        {
            Take(events.End(_gathered), last: true);
        }

        // A stream may lack its [DONE]; one that also lacks a finish reason and usage was cut off. In other dialects usage may come early.
        if (!_terminal && !_finished && !(events.UsageIsLast && Usage is not null))
        {
            BrokenBy ??= Began ? GatewayError.ProviderUnreachable() : GatewayError.ProviderMalformed();
        }

        _terminal = true;
    }

    /// <summary>An answer without a single event to pass on: empty if its usage says so, else none at all.</summary>
    private void Conclude()
    {
        if (Began || BrokenBy is not null)
        {
            return;
        }

        if (Usage is null)
        {
            BrokenBy = GatewayError.ProviderMalformed();
            return;
        }

        Begin();
    }

    private void Pass(ReadOnlySpan<byte> data, bool last)
    {
        var passed = events.Read(data, _gathered);
        Take(passed, last);
        if (!passed.Passes)
        {
            return;
        }

        if (passed.IsTerminal)
        {
            Hold(data, passed);
        }
        else
        {
            Write(data, passed);
        }
    }

    /// <summary>What an event says; what was made of it, if anything, is gathered already.</summary>
    private void Take(in AnswerEvent passed, bool last)
    {
        if (_gathered.Length > 0 && !Began)
        {
            Begin();
        }

        if (passed.IsMalformed)
        {
            BreakAt(last);
            return;
        }

        if (passed.Error is { } error)
        {
            BrokenBy = GatewayError.FromAnswer(error);
            return;
        }

        if (passed.Usage is { } usage)
        {
            Take(usage);
        }

        Images += passed.Images;
        HasAnswer |= passed.Usage is not null || !(passed.IsPreamble || passed.HasFailed);
        HasFailed |= passed.HasFailed;
        Stored = passed.Stored ?? Stored;
        _finished |= passed.Finished;
        _terminal |= passed.IsTerminal;
        Take(passed.Text);
    }

    /// <summary>Half an event at the very end is what a cut stream leaves behind.</summary>
    private void BreakAt(bool last) => BrokenBy = last ? GatewayError.ProviderUnreachable() : GatewayError.ProviderMalformed();

    private void Take(in TextSize text)
    {
        if (text == default)
        {
            return;
        }

        if (Received == default)
        {
            onFirstText();
        }

        Received += text;
    }

    private void Take(in Usage usage)
    {
        var problem = UsageJudge.Judge(usage, mostCompletion);
        if (problem == UsageProblem.None)
        {
            Usage = usage;
        }
        else
        {
            RefusedUsage = new RefusedUsage(usage, problem);
        }
    }

    /// <summary>The event that ends the stream goes behind those that are sent, once the row is durable.</summary>
    private void Hold(ReadOnlySpan<byte> data, in AnswerEvent passed)
    {
        var sent = _gathered.Length;
        Write(data, passed);
        LastEvent = _gathered.Memory[sent..].ToArray();
        _gathered.CutTo(sent);
    }

    private void Write(ReadOnlySpan<byte> data, in AnswerEvent passed)
    {
        if (!Began)
        {
            Begin();
        }

        if (client.HasLeft && copy is not { IsOverfull: false })
        {
            return;
        }

        if (passed.Name.Length > 0)
        {
            _gathered.Append("event: "u8);
            _gathered.Append(passed.Name.Of(data));
            _gathered.Append("\n"u8);
        }

        _gathered.Append("data: "u8);
        var (model, cut) = (passed.Model, passed.Cut);
        var at = 0;
        if (cut.Length > 0 && cut.Start < model.Start)
        {
            WriteLines(data[..cut.Start]);
            at = cut.End;
            cut = default;
        }

        if (model.Length > 0)
        {
            WriteLines(data[at..model.Start]);
            _gathered.Append(modelJson);
            at = model.End;
        }

        if (cut.Length > 0)
        {
            WriteLines(data[at..cut.Start]);
            at = cut.End;
        }

        WriteLines(data[at..]);
        _gathered.Append("\n\n"u8);
    }

    private void Begin()
    {
        Began = true;
        onFirstEvent();
    }

    /// <summary>An event that came in several data lines goes out so.</summary>
    private void WriteLines(ReadOnlySpan<byte> text)
    {
        for (var end = text.IndexOf((byte)'\n'); end >= 0; end = text.IndexOf((byte)'\n'))
        {
            _gathered.Append(text[..(end + 1)]);
            _gathered.Append("data: "u8);
            text = text[(end + 1)..];
        }

        _gathered.Append(text);
    }
}
