using System.IO.Pipelines;
using Gateway.Core.Callers;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>
/// Watches for the client to leave, and rules what becomes of the upstream then. A request that the provider does not have whole is
/// stopped, and so is every one of a tenant that cancels; any other is read on, until the drain's time or tokens are spent. A gateway that
/// must stop ends it either way, and a client that is still there is told. The one who reads asks <see cref="HasLeft"/> after each read.
/// </summary>
internal sealed class ClientWatch(
    DisconnectPolicy policy, DisconnectOptions bounds, SplicedBodyStream body, UpstreamDeadline deadline, CancellationToken forcedStop) : IDisposable
{
    private CancellationTokenRegistration _left;
    private CancellationTokenRegistration _forced;
    private volatile bool _hasLeft;
    private volatile bool _isForced;
    private volatile PipeWriter? _writer;
    private long? _spentBefore;
    private int _leaving;

    /// <summary>Whether nobody reads the answer any more. Once true it stays so.</summary>
    public bool HasLeft => _hasLeft;

    /// <summary>Whether the gateway stops and waits for the provider no longer.</summary>
    public bool IsForced => _isForced;

    /// <param name="gone">The client's own token. It may be cancelled already.</param>
    public void Begin(CancellationToken gone)
    {
        _left = gone.UnsafeRegister(static watch => ((ClientWatch)watch!).Leave(), this);
        _forced = forcedStop.UnsafeRegister(static watch => ((ClientWatch)watch!).Force(), this);
    }

    /// <summary>Names the writer that whoever reads may be waiting for; leaving ends that wait.</summary>
    public void Writes(PipeWriter writer) => _writer = writer;

    /// <summary>Counts text that came without a reader; what the client was still there for is free.</summary>
    /// <param name="before">All text up to the read before.</param>
    /// <param name="now">All text so far.</param>
    /// <returns>False where the drain's tokens are spent: the upstream is stopped then.</returns>
    public bool MayReadOn(TextSize before, TextSize now)
    {
        _spentBefore ??= TextEstimate.Tokens(before);
        if (TextEstimate.Tokens(now) - _spentBefore <= bounds.DrainTokens)
        {
            return true;
        }

        deadline.Stop();
        return false;
    }

    /// <summary>The client is gone: its token says so, or a write that nobody takes any more, whichever comes first.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _leaving, 1) != 0)
        {
            return;
        }

        _hasLeft = true;
        if (!body.CloseUnlessConsumed() || policy == DisconnectPolicy.Cancel)
        {
            deadline.Stop();
            return;
        }

        deadline.EndWithin(TimeSpan.FromSeconds(bounds.DrainSeconds));

        // Last, since the request may go on, and end, inside these calls.
        if (!deadline.HasPassed)
        {
            _writer?.CancelPendingFlush();
        }
    }

    private void Force()
    {
        _isForced = true;
        deadline.Stop();
    }

    /// <summary>Waits for a departure that is just being handled.</summary>
    public void Dispose()
    {
        _left.Dispose();
        _forced.Dispose();
    }
}
