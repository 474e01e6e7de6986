using System.Buffers;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>Writes what its reader collects into a buffer of its own, which the next collection overwrites.</summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    private readonly PrometheusWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _text = new(256 * 1024);

    public ReadOnlySpan<byte> Text => _text.WrittenSpan;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.ResetWrittenCount();
        _writer.Write(batch, _text);
        return ExportResult.Success;
    }
}
