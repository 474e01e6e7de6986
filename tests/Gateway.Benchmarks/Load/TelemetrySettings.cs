namespace Gateway.Benchmarks.Load;

/// <summary>The two ways in which <c>load --telemetry compare</c> runs one build. Both are settings that an operator may choose.</summary>
internal static class TelemetrySettings
{
    /// <summary>A line for each request, all instruments, and a server span and attempts' spans of which none is sampled: as deployed with a collector, but for what is sent to it.</summary>
    public static readonly string[] On =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9",
        "OTEL_METRICS_EXPORTER=none",
        "OTEL_TRACES_SAMPLER=traceidratio",
        "OTEL_TRACES_SAMPLER_ARG=0",
    ];

    /// <summary>No line below Warning, no instrument that anyone reads, no span.</summary>
    public static readonly string[] Off = ["OTEL_SDK_DISABLED=true", "Serilog__MinimumLevel__Default=Warning"];
}
