using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class SpoolAdmitTests() : SpoolTests("spool")
{
    [Fact]
    public async Task New_requests_are_answered_all_through_the_outage_and_each_has_its_row()
    {
        using var warm = await App.ChatAsync(ChatBody.Text("hello"));
        Sink.Fault = Outage;
        var ids = new List<string?> { warm.Header("x-request-id") };
        for (var i = 0; i < 5; i++)
        {
            using var response = await App.ChatAsync(ChatBody.Text("hello"));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            ids.Add(response.Header("x-request-id"));
        }

        App.Simulator.Requests.Total.ShouldBe(6);
        (await App.RowsAsync()).Count.ShouldBe(1);
        (await ReadyAsync()).ShouldBe(HttpStatusCode.OK);
        Sink.Fault = null;

        // Ids of one millisecond are in no order.
        (await App.RowsAsync(6, Timeout)).Select(row => (string?)row.RequestId).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task Spool_and_commits_are_measured()
    {
        using var instruments = new Measurements(App.Services.GetRequiredService<IMeterFactory>());
        using var direct = await App.ChatAsync(ChatBody.Text("hello"));
        Sink.Fault = Outage;
        for (var i = 0; i < 2; i++)
        {
            using var spooled = await App.ChatAsync(ChatBody.Text("hello"));
        }

        instruments.Observe();
        instruments.Latest["gateway.ledger.spooled_rows {row}"].ShouldBe(2);
        instruments.Latest["gateway.ledger.spooled_bytes By"].ShouldBeInRange(1000, 4000);
        Sink.Fault = null;
        await App.RowsAsync(3, Timeout);
        do
        {
            instruments.Observe();
        }
        while (instruments.Latest["gateway.ledger.spooled_rows {row}"] > 0 && !Timeout.IsCancellationRequested);

        instruments.Counts["gateway.ledger.commit.duration s database"].ShouldBe(1);
        instruments.Counts["gateway.ledger.commit.duration s spool"].ShouldBe(2);
        instruments.Latest["gateway.ledger.replayed_rows {row}"].ShouldBeInRange(1, 2);
    }

    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Measurements(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                // Other gateways of other tests have instruments of the same name.
                if (instrument.Name.StartsWith("gateway.ledger.", StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Latest[$"{instrument.Name} {instrument.Unit}"] = value);
            _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
            {
                seconds.ShouldBeGreaterThanOrEqualTo(0);
                var tag = tags.ToArray().ShouldHaveSingleItem();
                tag.Key.ShouldBe("gateway.ledger.destination");
                Counts.AddOrUpdate($"{instrument.Name} {instrument.Unit} {tag.Value}", 1, (_, count) => count + 1);
            });
            _listener.Start();
        }

        public ConcurrentDictionary<string, long> Latest { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();
    }
}
