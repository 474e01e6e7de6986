using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Gateway.Telemetry.Points;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Prometheus;

/// <summary>Writes metrics as Prometheus' text format 0.0.4. By one thread at a time.</summary>
internal sealed class PrometheusWriter
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _tags = new(1024);

    /// <summary>Writes all of them; of two that come to the same name, the first.</summary>
    public void Write(KeptInstruments kept, in Batch<Metric> metrics, ArrayBufferWriter<byte> output)
    {
        _written.Clear();
        lock (kept.Gate)
        {
            foreach (var instrument in kept.All)
            {
                Write(instrument, output);
            }
        }

        foreach (var metric in metrics)
        {
            if (KindOf(metric.MetricType) is { } kind && PrometheusName.Of(metric.Name, metric.Unit, kind) is var name && _written.Add(name))
            {
                Write(metric, kind, name, output);
            }
        }
    }

    private static PrometheusKind? KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => PrometheusKind.Counter,
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic or MetricType.LongGauge or MetricType.DoubleGauge => PrometheusKind.Gauge,
        MetricType.Histogram => PrometheusKind.Histogram,

        // Of other kinds there is none here.
        _ => null,
    };

    private void Write(KeptInstrument kept, ArrayBufferWriter<byte> output)
    {
        var (instrument, kind) = (kept.Instrument, kept is KeptCounter ? PrometheusKind.Counter : PrometheusKind.Histogram);
        var name = PrometheusName.Of(instrument.Name, instrument.Unit, kind);
        _written.Add(name);
        var (utf8, begun) = (Encoding.UTF8.GetBytes(name), false);
        switch (kept)
        {
            case KeptCounter counter:
                foreach (var point in counter.Points)
                {
                    if (point.Sum > 0)
                    {
                        Begin(point.Tags);
                        WriteSample(utf8, default, point.Sum, output);
                    }
                }

                break;
            case KeptHistogram histogram:
                foreach (var point in histogram.Points)
                {
                    if (point.Counts.ContainsAnyExcept(0))
                    {
                        Begin(point.Tags);
                        Write(utf8, point, output);
                    }
                }

                break;
        }

        void Begin(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!begun)
            {
                begun = true;
                WriteHead(instrument.Name, instrument.Description, kind, utf8, output);
            }

            _tags.ResetWrittenCount();
            foreach (var (tag, value) in tags)
            {
                WriteTag(tag, value);
            }
        }
    }

    private void Write(byte[] name, HistogramPoint point, ArrayBufferWriter<byte> output)
    {
        var bounds = point.Bounds;
        var count = 0L;
        for (var i = 0; i < point.Counts.Length; i++)
        {
            count += point.Counts[i];
            WriteBucket(name, i < bounds.Length ? bounds[i] : double.PositiveInfinity, count, output);
        }

        WriteSample(name, "_sum"u8, point.Sum, output);
        WriteSample(name, "_count"u8, count, output);
    }

    private void Write(Metric metric, PrometheusKind kind, string name, ArrayBufferWriter<byte> output)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var begun = false;
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (!begun)
            {
                begun = true;
                WriteHead(metric.Name, metric.Description, kind, utf8, output);
            }

            WriteTags(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    WriteSample(utf8, default, point.GetSumLong(), output);
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    WriteSample(utf8, default, point.GetSumDouble(), output);
                    break;
                case MetricType.LongGauge:
                    WriteSample(utf8, default, point.GetGaugeLastValueLong(), output);
                    break;
                case MetricType.DoubleGauge:
                    WriteSample(utf8, default, point.GetGaugeLastValueDouble(), output);
                    break;
                default:
                    WriteHistogram(utf8, point, output);
                    break;
            }
        }
    }

    private static void WriteHead(string instrument, string? description, PrometheusKind kind, byte[] name, ArrayBufferWriter<byte> output)
    {
        output.Write("# HELP "u8);
        output.Write(name);
        output.Write(" "u8);
        WriteEscaped(string.IsNullOrEmpty(description) ? instrument : description, quotes: false, output);
        output.Write("\n# TYPE "u8);
        output.Write(name);
        output.Write(kind switch
        {
            PrometheusKind.Counter => " counter\n"u8,
            PrometheusKind.Gauge => " gauge\n"u8,
            _ => " histogram\n"u8,
        });
    }

    private void WriteHistogram(byte[] name, MetricPoint point, ArrayBufferWriter<byte> output)
    {
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            WriteBucket(name, bucket.ExplicitBound, count, output);
        }

        WriteSample(name, "_sum"u8, point.GetHistogramSum(), output);
        WriteSample(name, "_count"u8, count, output);
    }

    private void WriteBucket(byte[] name, double bound, long count, ArrayBufferWriter<byte> output)
    {
        output.Write(name);
        output.Write("_bucket{"u8);
        output.Write(_tags.WrittenSpan);
        output.Write(_tags.WrittenCount > 0 ? ",le=\""u8 : "le=\""u8);
        Write(bound, output);
        output.Write("\"} "u8);
        Write(count, output);
        output.Write("\n"u8);
    }

    private void WriteSample(byte[] name, ReadOnlySpan<byte> suffix, double value, ArrayBufferWriter<byte> output)
    {
        Begin(name, suffix, output);
        Write(value, output);
        output.Write("\n"u8);
    }

    private void WriteSample(byte[] name, ReadOnlySpan<byte> suffix, long value, ArrayBufferWriter<byte> output)
    {
        Begin(name, suffix, output);
        Write(value, output);
        output.Write("\n"u8);
    }

    private void Begin(byte[] name, ReadOnlySpan<byte> suffix, ArrayBufferWriter<byte> output)
    {
        output.Write(name);
        output.Write(suffix);
        if (_tags.WrittenCount > 0)
        {
            output.Write("{"u8);
            output.Write(_tags.WrittenSpan);
            output.Write("}"u8);
        }

        output.Write(" "u8);
    }

    // Once for all lines of a point.
    private void WriteTags(ReadOnlyTagCollection tags)
    {
        _tags.ResetWrittenCount();
        foreach (var (tag, value) in tags)
        {
            WriteTag(tag, value);
        }
    }

    private void WriteTag(string tag, object? value)
    {
        if (!_labels.TryGetValue(tag, out var label))
        {
            _labels.Add(tag, label = PrometheusName.OfLabel(tag));
        }

        _tags.Write(_tags.WrittenCount > 0 ? ","u8 : default);
        Encoding.UTF8.GetBytes(label, _tags);
        _tags.Write("=\""u8);
        WriteEscaped(TextOf(value), quotes: true, _tags);
        _tags.Write("\""u8);
    }

    private static string TextOf(object? value) => value switch
    {
        string text => text,
        true => "true",
        false => "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? string.Empty,
    };

    private static void WriteEscaped(string text, bool quotes, ArrayBufferWriter<byte> output)
    {
        if (text.AsSpan().ContainsAny('\\', '\n', '"'))
        {
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text = quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
        }

        Encoding.UTF8.GetBytes(text, output);
    }

    private static void Write(long value, ArrayBufferWriter<byte> output)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out var length);
        output.Advance(length);
    }

    private static void Write(double value, ArrayBufferWriter<byte> output)
    {
        if (!double.IsFinite(value))
        {
            output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }

        value.TryFormat(output.GetSpan(32), out var length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
    }
}
