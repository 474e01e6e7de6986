using System.Buffers;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary><c>GET /metrics</c>: all instruments as they stand, in Prometheus' text format. One scrape at a time; a further one waits for its turn.</summary>
internal sealed class MetricsEndpoint : IDisposable
{
    public const string Path = "/metrics";

    private const int CollectTimeoutMs = 10_000;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly PrometheusExporter _exporter;

    public MetricsEndpoint(GatewayMetrics metrics)
    {
        _exporter = new PrometheusExporter(metrics.Kept);
        Reader = new BaseExportingMetricReader(_exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
    }

    /// <summary>For the provider that fills it, and disposes of it.</summary>
    public MetricReader Reader { get; }

    /// <summary>The size of what was collected last.</summary>
    public long Bytes => _exporter.Text.Length;

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            if (!Reader.Collect(CollectTimeoutMs))
            {
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            response.ContentLength = _exporter.Text.Length;

            // Copied, so that one who reads slowly keeps nobody else waiting.
            response.BodyWriter.Write(_exporter.Text);
        }
        finally
        {
            _turn.Release();
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    public void Dispose() => _turn.Dispose();
}
