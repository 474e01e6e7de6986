using System.Diagnostics.Metrics;
using System.Text;
using Gateway.Telemetry.Points;
using Gateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class PrometheusWriterTests
{
    [Theory]
    [InlineData("gateway.requests", "{request}", nameof(PrometheusKind.Counter), "gateway_requests_total")]
    [InlineData("gateway.cost", "USD", nameof(PrometheusKind.Counter), "gateway_cost_usd_total")]
    [InlineData("gateway.overhead.duration", "s", nameof(PrometheusKind.Histogram), "gateway_overhead_duration_seconds")]
    [InlineData("gateway.ledger.spooled_bytes", "By", nameof(PrometheusKind.Gauge), "gateway_ledger_spooled_bytes")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", nameof(PrometheusKind.Counter), "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("gateway.deployment.error_rate", "1", nameof(PrometheusKind.Gauge), "gateway_deployment_error_rate_ratio")]
    [InlineData("gateway.image.estimate_ratio", "1", nameof(PrometheusKind.Histogram), "gateway_image_estimate_ratio")]
    [InlineData("3-odd..name", null, nameof(PrometheusKind.Gauge), "_3_odd_name")]
    public void Name_has_the_unit_and_the_suffix_of_its_kind(string instrument, string? unit, string kind, string expected) =>
        PrometheusName.Of(instrument, unit, Enum.Parse<PrometheusKind>(kind)).ShouldBe(expected);

    [Fact]
    public void Text_is_as_prometheus_reads_it()
    {
        using var meter = new Meter("PrometheusWriterTests");
        var exporter = new PrometheusExporter(new KeptInstruments(meter));
        var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(reader).Build();
        meter.CreateCounter<long>("a.count", "{x}", "Of \"a\"\nand \\b").Add(7, new("tag.one", "q\"\\\n"), new("two", true), new("three", 200));
        meter.CreateObservableGauge("b", IEnumerable<Measurement<double>> () => [new(double.NegativeInfinity), new(0.1, new KeyValuePair<string, object?>("k", "é"))]);
        meter.CreateUpDownCounter<long>("d").Add(-3);
        var histogram = meter.CreateHistogram("c", "s", "C", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        histogram.Record(0.25);
        histogram.Record(2);

        reader.Collect().ShouldBeTrue();

        Encoding.UTF8.GetString(exporter.Text).ShouldBe(
            """
            # HELP a_count_total Of "a"\nand \\b
            # TYPE a_count_total counter
            a_count_total{tag_one="q\"\\\n",three="200",two="true"} 7
            # HELP b b
            # TYPE b gauge
            b -Inf
            b{k="é"} 0.1
            # HELP d d
            # TYPE d gauge
            d -3
            # HELP c_seconds C
            # TYPE c_seconds histogram
            c_seconds_bucket{le="0.5"} 1
            c_seconds_bucket{le="1"} 1
            c_seconds_bucket{le="+Inf"} 2
            c_seconds_sum 2.25
            c_seconds_count 2

            """);
    }
}
