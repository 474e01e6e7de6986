using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Testing;

/// <summary>Keeps what one gateway measures.</summary>
public sealed class MetricCollector : IDisposable
{
    // What a request did is told some time later, but before a collection.
    private const string Collected = "gateway.requests";

    private readonly MeterListener _listener = new();
    private readonly MeterListener _collection = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string?> _instruments = [];
    private readonly List<Measured> _seen = [];

    /// <param name="gateway">Its services: other gateways of other tests have instruments of the same names.</param>
    /// <param name="prefix">With which the instruments' names begin.</param>
    public MetricCollector(IServiceProvider gateway, string prefix)
    {
        var meters = gateway.GetRequiredService<IMeterFactory>();
        _collection.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Collected && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _collection.Start();
        _collection.RecordObservableInstruments();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith(prefix, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                lock (_gate)
                {
                    _instruments[instrument.Name] = instrument.Unit;
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The unit of each instrument, by name.</summary>
    public IReadOnlyDictionary<string, string?> Instruments
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, string?>(_instruments);
            }
        }
    }

    /// <summary>In the order in which they came, up to now.</summary>
    public IReadOnlyList<Measured> Seen
    {
        get
        {
            _collection.RecordObservableInstruments();
            lock (_gate)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>All that was measured once <paramref name="instrument"/> has measured so often.</summary>
    /// <exception cref="OperationCanceledException">It did not within a minute.</exception>
    public async Task<IReadOnlyList<Measured>> WaitForAsync(string instrument, int times, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (true)
        {
            var seen = Seen;
            if (seen.Count(measured => measured.Name == instrument) >= times)
            {
                return seen;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Reads the gauges.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose()
    {
        _collection.Dispose();
        _listener.Dispose();
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var measured = new Measured(instrument.Name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value));
        lock (_gate)
        {
            _seen.Add(measured);
        }
    }

    /// <summary>One measurement.</summary>
    public sealed record Measured(string Name, double Value, IReadOnlyDictionary<string, object?> Tags);
}
