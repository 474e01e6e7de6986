using Gateway.Ledger;

namespace Gateway.Testing;

/// <summary>A sink that fails, or waits, as a test wishes.</summary>
internal sealed class FaultySink(ILedgerSink inner) : ILedgerSink
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private int _writes;

    public Exception? Fault { get; set; }

    public int Writes => _writes;

    /// <summary>Completes when the writer has reached the closed sink.</summary>
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Close() => _open.Reset();

    public void Open() => _open.Set();

    public void Write(ReadOnlySpan<PendingRow> rows)
    {
        Interlocked.Increment(ref _writes);
        if (!_open.IsSet)
        {
            Reached.TrySetResult();
            _open.Wait();
        }

        if (Fault is not null)
        {
            throw Fault;
        }

        inner.Write(rows);
    }

    public void Reset() => inner.Reset();

    public void Dispose()
    {
        inner.Dispose();
        _open.Dispose();
    }
}
