namespace Gateway.Simulator.Recording;

/// <summary>The requests that a simulator has received, as many as may be kept. A request is here once its body has arrived.</summary>
public sealed class SimulatorRecorder
{
    private readonly int _capacity;
    private readonly long _byteCapacity;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Queue<RecordedRequest> _kept = new();
    private readonly List<Waiter> _waiters = [];
    private long _bytes;
    private long _total;

    internal SimulatorRecorder(SimulatorOptions options)
    {
        Enabled = options.Record;
        _capacity = options.RecordedRequests;
        _byteCapacity = options.RecordedBytes;
        _time = options.Time;
    }

    public bool Enabled { get; }

    /// <summary>Requests received since the start or the last <see cref="Clear"/>, kept or not.</summary>
    public long Total
    {
        get
        {
            lock (_gate)
            {
                return _total;
            }
        }
    }

    /// <summary>The kept requests, oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_gate)
        {
            return [.. _kept];
        }
    }

    /// <summary>Waits until <paramref name="count"/> requests have been received, then gives those that are kept.</summary>
    /// <exception cref="InvalidOperationException">Recording is off.</exception>
    public async Task<IReadOnlyList<RecordedRequest>> WaitForAsync(int count, CancellationToken cancellationToken)
    {
        if (!Enabled)
        {
            throw new InvalidOperationException("This simulator records nothing: SimulatorOptions.Record is false.");
        }

        var waiter = new Waiter(count);
        lock (_gate)
        {
            if (_total >= count)
            {
                return [.. _kept];
            }

            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Reached.Task.WaitAsync(cancellationToken);
            return Snapshot();
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>Forgets all requests and starts counting anew.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _kept.Clear();
            _bytes = 0;
            _total = 0;
        }
    }

    internal RecordedRequest Record(HttpRequest request, SimulatorDialect dialect, ReadOnlyMemory<byte> body)
    {
        var headers = new List<KeyValuePair<string, string>>(request.Headers.Count);
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                headers.Add(new(name, value ?? ""));
            }
        }

        lock (_gate)
        {
            var omitted = body.Length > _byteCapacity;
            var recorded = new RecordedRequest
            {
                Number = ++_total,
                ArrivedAt = _time.GetUtcNow(),
                Dialect = dialect,
                Method = request.Method,
                Path = request.Path.Value ?? "",
                Query = request.QueryString.Value ?? "",
                Headers = headers,
                Body = omitted ? default : body,
                BodyOmitted = omitted,
            };
            _kept.Enqueue(recorded);
            _bytes += recorded.Body.Length;
            while (_kept.Count > _capacity || _bytes > _byteCapacity)
            {
                _bytes -= _kept.Dequeue().Body.Length;
            }

            foreach (var waiter in _waiters)
            {
                if (waiter.Count <= _total)
                {
                    waiter.Reached.TrySetResult();
                }
            }

            return recorded;
        }
    }

    private sealed class Waiter(int count)
    {
        public int Count => count;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
