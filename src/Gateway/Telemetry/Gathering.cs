namespace Gateway.Telemetry;

/// <summary>
/// Hands items to a thread of its own, all that came within <see cref="GatherFor"/> at once: who adds one pays for a place in a list, and the
/// work is done while its code and data are at hand.
/// </summary>
internal sealed class Gathering<T> : IDisposable
{
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(20);

    // Who takes the items may be stuck, and must not keep the process.
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly int _capacity;
    private readonly Action<List<T>> _take;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();

    // The thread sleeps on this lock's monitor, hence no System.Threading.Lock.
    private readonly object _gate = new();
    private readonly Lock _taking = new();
    private List<T> _waiting = [];
    private List<T> _taken = [];

    /// <param name="name">Of the thread.</param>
    /// <param name="capacity">Items that may wait.</param>
    /// <param name="take">Gets items in the order in which they came, one list at a time. Must not throw.</param>
    public Gathering(string name, int capacity, Action<List<T>> take)
    {
        (_capacity, _take) = (capacity, take);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>False where as many wait already as may.</summary>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _capacity)
            {
                return false;
            }

            _waiting.Add(item);
            if (_waiting.Count == 1)
            {
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
                (_waiting, _taken) = (_taken, _waiting);
            }

            if (_taken.Count > 0)
            {
                _take(_taken);
                _taken.Clear();
            }
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
                while (_waiting.Count == 0)
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
