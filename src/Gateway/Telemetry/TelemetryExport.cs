using System.Diagnostics.Metrics;
using Gateway.Telemetry.Prometheus;
using Gateway.Telemetry.Tracing;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// Holds OpenTelemetry's providers for as long as the host runs: metrics for <c>/metrics</c> always, metrics and traces for a collector where one is set.
/// Exporting has threads and bounded queues of its own: a collector that is slow or gone costs what is not exported, never a request's time.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration, IMeterFactory meters, GatewayMetrics instruments, TelemetryRecorder recorder, RequestTraces requests, MetricsEndpoint endpoint) : IHostedService, IDisposable
{
    private const string ServiceName = "gateway";
    private const int ShutdownTimeoutMs = 3_000;

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var otlp = OtlpSettings.Read(configuration);
        var metrics = Configured(Sdk.CreateMeterProviderBuilder())
            .SetResourceBuilder(Resource())
            .AddInstruments(meters, leftOut: otlp.ExportMetrics ? null : instruments.Kept) // /metrics shows those as they are kept.
            .AddReader(endpoint.Reader);
        _metrics = (otlp.ExportMetrics ? metrics.AddOtlpExporter() : metrics).Build();
        instruments.BeginAtZero();
        if (otlp.Sampler is { } sampler)
        {
            _traces = Configured(Sdk.CreateTracerProviderBuilder())
                .SetResourceBuilder(Resource())
                .AddSource(GatewayActivities.SourceName)
                .SetSampler(new AlwaysOnSampler()) // What is not to be kept is not begun.
                .AddOtlpExporter()
                .Build();
            requests.Follow(sampler);
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what is left, within a few seconds.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        recorder.Flush();
        return Task.Run(() => Parallel.Invoke(() => _traces?.Shutdown(ShutdownTimeoutMs), () => _metrics?.Shutdown(ShutdownTimeoutMs)), CancellationToken.None);
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // The service's name and the rest can be set by OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which win.
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService(ServiceName, serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    // The SDK reads its variables where the gateway reads all its settings.
    private MeterProviderBuilder Configured(MeterProviderBuilder builder) => builder.ConfigureServices(services => services.AddSingleton(configuration));

    private TracerProviderBuilder Configured(TracerProviderBuilder builder) => builder.ConfigureServices(services => services.AddSingleton(configuration));
}
