namespace Gateway.Telemetry;

/// <summary>
/// Hands batches to a thread of its own, each with all that came within <see cref="GatherFor"/>: who adds something pays for its place in the
/// batch, and the work is done while its code and data are at hand. While one of two batches is taken, the other gathers.
/// </summary>
internal sealed class Gathering<TBatch> : IDisposable
    where TBatch : class
{
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(100);

    // Who takes the items may be stuck, and must not keep the process.
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly Action<TBatch> _take;
    private readonly Thread _thread;

    // It is waited for in vain, as a rule, and spinning would be for nothing.
    private readonly ManualResetEventSlim _stopping = new(initialState: false, spinCount: 0);

    // The thread sleeps on this lock's monitor, hence no System.Threading.Lock.
    private readonly object _gate = new();
    private readonly Lock _taking = new();
    private TBatch _waiting;
    private TBatch _taken;
    private bool _hasWaiting;

    /// <param name="name">Of the thread.</param>
    /// <param name="one">An empty batch.</param>
    /// <param name="other">Another one.</param>
    /// <param name="take">Gets a batch at a time, in the order in which they were filled, and leaves it empty. Must not throw.</param>
    public Gathering(string name, TBatch one, TBatch other, Action<TBatch> take)
    {
        (_waiting, _taken, _take) = (one, other, take);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Adds to the batch that gathers.</summary>
    /// <param name="item">Handed on to <paramref name="tryAdd"/>.</param>
    /// <param name="tryAdd">Called for one item at a time; false where the batch is full.</param>
    /// <returns>What that one returned.</returns>
    public bool TryAdd<TItem>(TItem item, Func<TBatch, TItem, bool> tryAdd)
    {
        lock (_gate)
        {
            if (!tryAdd(_waiting, item))
            {
                return false;
            }

            if (!_hasWaiting)
            {
                _hasWaiting = true;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Once this returns, all that was added before is taken: here, or on the thread.</summary>
    public void Flush()
    {
        lock (_taking)
        {
            lock (_gate)
            {
                if (!_hasWaiting)
                {
                    return;
                }

                (_waiting, _taken) = (_taken, _waiting);
                _hasWaiting = false;
            }

            _take(_taken);
        }
    }

    /// <summary>Has all taken that waits, and ends the thread; it goes on without that after five seconds.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping.Set();
            Monitor.Pulse(_gate);
        }

        if (_thread.Join(LastWait))
        {
            _stopping.Dispose();
        }
    }

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_hasWaiting)
                {
                    if (_stopping.IsSet)
                    {
                        return;
                    }

                    Monitor.Wait(_gate);
                }
            }

            // One wake-up for all that comes in a moment.
            _stopping.Wait(GatherFor);
            Flush();
        }
    }
}
