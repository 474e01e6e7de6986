using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator.Wire;

/// <summary>
/// An SSE answer under way: pace, flushing, line ends, odd frames, and the places where the connection breaks. The
/// dialect writes each event into <see cref="Buffer"/> between <see cref="Begin"/> and one of the ends.
/// </summary>
internal sealed class EventStream(HttpResponse response, Behavior behavior, TimeProvider time) : IDisposable
{
    private const int BatchBytes = 4096;

    private static readonly byte[][] OddFrames =
    [
        ": keep-alive\n\n"u8.ToArray(),
        "\n\n"u8.ToArray(),
        "data:\n\n"u8.ToArray(),
        "event: ping\n\n"u8.ToArray(),
        "id: 7\nretry: 1000\n\n"u8.ToArray(),
    ];

    private readonly bool _flushesEach = behavior.Pace > TimeSpan.Zero || behavior.Split is not null;
    private readonly bool _breaks =
        behavior.Cut is not null || behavior.HangAfter is not null || behavior is { Hold: not null, HoldAfter: not null };

    private int _mark;
    private int _events;

    public Utf8Buffer Buffer { get; } = new();

    /// <summary>Content chunks sent so far.</summary>
    public int Contents { get; private set; }

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        response.ContentType = behavior.WrongContentType == true ? "text/plain" : "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        if (behavior.FirstToken is { } wait)
        {
            await response.Body.FlushAsync(cancellationToken);
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    public void Begin()
    {
        _mark = Buffer.Length;
        if (behavior.EmptyEvents == true)
        {
            Buffer.Raw(OddFrames[_events % OddFrames.Length]);
        }

        _events++;
    }

    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (behavior.LineEnding is LineEnding.CrLf or LineEnding.Cr)
        {
            Buffer.ReplaceLineFeeds(_mark, behavior.LineEnding is LineEnding.CrLf ? "\r\n"u8 : "\r"u8);
        }

        return _flushesEach || Buffer.Length >= BatchBytes ? FlushAsync(all: false, cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Waits for the turn of the next content chunk, or breaks where a break is due.</summary>
    public ValueTask BeforeContentAsync(CancellationToken cancellationToken)
    {
        if (_breaks)
        {
            return BreakAsync(Contents, cancellationToken);
        }

        return _flushesEach && Contents > 0 ? PaceAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    public ValueTask EndContentAsync(CancellationToken cancellationToken)
    {
        Contents++;
        return behavior.CutBody == true && Contents == 2 ? CutInsideAsync(cancellationToken) : EndAsync(cancellationToken);
    }

    /// <summary>To be called when there is no more content: a break that lies further on happens now.</summary>
    public ValueTask AfterContentAsync(CancellationToken cancellationToken) =>
        _breaks ? BreakAsync(int.MaxValue, cancellationToken)
        : behavior.CutBody == true ? CutInsideAsync(cancellationToken)
        : ValueTask.CompletedTask;

    /// <summary>Leaves half of the event just written.</summary>
    public void Halve() => Buffer.Truncate(_mark + ((Buffer.Length - _mark) / 2));

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => FlushAsync(all: true, cancellationToken);

    public void Dispose() => Buffer.Dispose();

    private async ValueTask BreakAsync(int position, CancellationToken cancellationToken)
    {
        if (behavior.Cut <= position)
        {
            await FlushAsync(all: true, cancellationToken);
            throw new ConnectionCutException();
        }

        if (behavior.HangAfter <= position)
        {
            await FlushAsync(all: true, cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        if (behavior.HoldAfter <= position && behavior.Hold is { IsCompleted: false } hold)
        {
            await FlushAsync(all: true, cancellationToken);
            await hold.WaitAsync(cancellationToken);
        }

        if (Contents > 0 && position < int.MaxValue)
        {
            await PaceAsync(cancellationToken);
        }
    }

    private async ValueTask CutInsideAsync(CancellationToken cancellationToken)
    {
        Halve();
        await FlushAsync(all: true, cancellationToken);
        throw new ConnectionCutException();
    }

    private async ValueTask PaceAsync(CancellationToken cancellationToken)
    {
        if (behavior.Pace is { } pace && pace > TimeSpan.Zero)
        {
            await Task.Delay(pace, time, cancellationToken);
        }
    }

    private async ValueTask FlushAsync(bool all, CancellationToken cancellationToken)
    {
        var piece = behavior.Split ?? Math.Max(Buffer.Length, 1);
        while (Buffer.Length >= piece || (all && Buffer.Length > 0))
        {
            var size = Math.Min(piece, Buffer.Length);
            var result = await response.BodyWriter.WriteAsync(Buffer.Memory[..size], cancellationToken);
            Buffer.DropFirst(size);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("The client is gone.");
            }
        }
    }
}
