using System.Diagnostics.Metrics;
using System.Text;
using Gateway.Telemetry.Points;
using Gateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry.Points;

public sealed class KeptInstrumentsTests : IDisposable
{
    private readonly Meter _meter = new($"KeptInstrumentsTests {Guid.NewGuid()}");
    private readonly KeptInstruments _kept;

    public KeptInstrumentsTests() => _kept = new KeptInstruments(_meter);

    public void Dispose() => _meter.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_has_each_of_them_once_whether_the_sdk_hears_of_it_or_not(bool hears)
    {
        var exporter = new PrometheusExporter(_kept);
        var reader = new BaseExportingMetricReader(exporter);
        var builder = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(reader);
        using var provider = (hears ? builder : builder.AddView(_ => MetricStreamConfiguration.Drop)).Build();
        var duration = _kept.CreateHistogram("d", "s", "Of one.", [0.5, 1]);
        var point = duration.Begin([new("model", "a\"b")]);
        duration.Begin([new("model", "never seen")]);
        var count = _kept.CreateCounter("c", "{x}", "Counted.").Begin([new("retry", true)]);
        _kept.CreateCounter("never", "{x}", "Not seen.").Begin([]);
        foreach (var value in new[] { 0.25, 0.5, 0.75, 8 })
        {
            point.Record(value);
            count.Add(3);
        }

        reader.Collect().ShouldBeTrue();

        Encoding.UTF8.GetString(exporter.Text).ShouldBe(
            """
            # HELP d_seconds Of one.
            # TYPE d_seconds histogram
            d_seconds_bucket{model="a\"b",le="0.5"} 2
            d_seconds_bucket{model="a\"b",le="1"} 3
            d_seconds_bucket{model="a\"b",le="+Inf"} 4
            d_seconds_sum{model="a\"b"} 9.5
            d_seconds_count{model="a\"b"} 4
            # HELP c_total Counted.
            # TYPE c_total counter
            c_total{retry="true"} 12

            """);
    }

    [Fact]
    public void Who_listens_hears_each_measurement_with_its_tags()
    {
        var heard = new List<(string, double, string?)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => heard.Add((instrument.Name, value, (string?)tags[0].Value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => heard.Add((instrument.Name, value, (string?)tags[0].Value)));
        listener.Start();

        var duration = _kept.CreateHistogram("d", "s", "D", [1]);
        duration.Begin([new("of", "a")]).Record(2.5);
        duration.Begin([new("of", "b")]).Record(0.5);
        _kept.CreateCounter("c", "{x}", "C").Begin([new("of", "c")]).Add(7);

        heard.ShouldBe([("d", 2.5, "a"), ("d", 0.5, "b"), ("c", 7, "c")]);
    }

    [Fact]
    public void Sets_of_tags_beyond_the_most_share_one_point_that_says_so()
    {
        var counter = _kept.CreateCounter("c", "{x}", "C");
        for (var i = 0; i < KeptInstrument.MostPoints; i++)
        {
            counter.Begin([new("of", i)]).Add(1);
        }

        counter.Begin([new("of", "one more")]).Add(2);
        counter.Begin([new("of", "and another")]).Add(3);
        counter.Begin(null).Add(4);

        counter.Points.Count.ShouldBe(KeptInstrument.MostPoints + 1);
        counter.Points[^1].Sum.ShouldBe(9);
        counter.Points[^1].Tags.ToArray().ShouldBe([new("otel.metric.overflow", true)]);
    }
}
