using System.Buffers;
using Gateway.Telemetry.Points;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>Writes what is kept, and what its reader collects, into a buffer of its own, which the next collection overwrites.</summary>
internal sealed class PrometheusExporter(KeptInstruments kept) : BaseExporter<Metric>
{
    private readonly PrometheusWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _text = new(256 * 1024);

    public ReadOnlySpan<byte> Text => _text.WrittenSpan;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.ResetWrittenCount();
        _writer.Write(kept, batch, _text);
        return ExportResult.Success;
    }
}
