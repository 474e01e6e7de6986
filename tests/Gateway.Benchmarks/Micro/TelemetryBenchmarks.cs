using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Telemetry;
using Gateway.Telemetry.Prometheus;
using Gateway.Telemetry.Tracing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Serilog;

namespace Gateway.Benchmarks.Micro;

/// <summary>What one request's end costs in the instruments, in the log and in a trace that is not sampled, and what a scrape costs with 10,000 tenants behind it.</summary>
[SuppressMessage("Design", "CA1063:Implement IDisposable correctly", Justification = "A benchmark must be open to be derived from; nothing derives but its runner.")]
[SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "As above.")]
public class TelemetryBenchmarks : IDisposable
{
    private const int Tenants = 10_000;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsEndpoint _endpoint = new();
    private readonly RequestFacts _facts;
    private readonly Target _target;
    private readonly string[] _tenants = [.. Enumerable.Range(0, Tenants).Select(static tenant => $"ten_{tenant:x32}")];
    private readonly GatewayMetrics _metrics;
    private readonly MeterProvider _provider;
    private readonly TracerProvider _traces;
    private readonly RequestLog _log;
    private int _next;

    public TelemetryBenchmarks()
    {
        var deployment = new Deployment
        {
            Provider = new Provider { Name = "openai", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://api.openai.com/v1") },
            Model = "gpt-4o-2024-08-06",
        };
        _target = new Target("gpt-4o", new ModelCard { Id = "gpt-4o", Deployments = [deployment] }, deployment, PriceBook.Empty.At(DateTimeOffset.UnixEpoch));
        _facts = new RequestFacts
        {
            Tenant = _tenants[0],
            Outcome = "completed",
            Status = 200,
            Operation = "chat",
            Target = _target,
            Observation = new Observation { Outcome = AnswerOutcome.Completed, Status = 200, FirstTokenMs = 300 },
            Bill = new Bill(new Usage { PromptTokens = 1117, ImageInputTokens = 1105, CompletionTokens = 40 }, UsageSource.Provider, new Charge(new Money(3_192_500), new Money(3_192_500))),
            IsStream = true,
            Limit = null,
            Elapsed = TimeSpan.FromMilliseconds(900),
            Elsewhere = TimeSpan.FromMilliseconds(897),
        };
        var meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new GatewayMetrics(meters, TimeProvider.System);
        _provider = Sdk.CreateMeterProviderBuilder().AddInstruments(meters).AddReader(_endpoint.Reader).Build();
        _traces = Sdk.CreateTracerProviderBuilder().AddSource(GatewayActivities.SourceName).SetSampler(new ParentBasedSampler(new AlwaysOffSampler())).Build();
        var sink = new BackgroundSink(new JsonLineFormatter(), Stream.Null);
        _log = new RequestLog(new LoggerConfiguration().MinimumLevel.Information().WriteTo.Sink(sink).CreateLogger(), TimeProvider.System);
        foreach (var tenant in _tenants)
        {
            _metrics.RequestEnded(_facts with { Tenant = tenant });
        }
    }

    /// <summary>All instruments of a request that ends well.</summary>
    [Benchmark(Baseline = true)]
    public void Instruments()
    {
        _metrics.DeploymentAttempted("chat", _target, "served", failed: false, isRetry: false, TimeSpan.FromMilliseconds(890));
        _metrics.RequestEnded(_facts);
    }

    /// <summary>The same, of ten thousand tenants in turn.</summary>
    [Benchmark]
    public void InstrumentsOfManyTenants()
    {
        _next = _next + 1 < Tenants ? _next + 1 : 0;
        _metrics.DeploymentAttempted("chat", _target, "served", failed: false, isRetry: false, TimeSpan.FromMilliseconds(890));
        _metrics.RequestEnded(_facts with { Tenant = _tenants[_next] });
    }

    /// <summary>Until the line is handed to the thread that writes it.</summary>
    [Benchmark]
    public void RequestLine() => _log.Write(new RequestLine
    {
        RequestId = "req_0198f3a0c0de7000800000000000abcd",
        Method = "POST",
        Path = "/v1/chat/completions",
        Status = 200,
        Tenant = _tenants[0],
        Key = "key_0198f3a0c0de7000800000000000abcd",
        Model = "gpt-4o",
        Provider = "openai",
        UpstreamModel = "gpt-4o-2024-08-06",
        Outcome = "completed",
        PromptTokens = 1117,
        CompletionTokens = 40,
        Images = 1,
        CostUsd = "0.0031925",
        DurationMs = 900,
        FirstTokenMs = 300,
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
    });

    /// <summary>The span of an attempt whose trace is not sampled.</summary>
    [Benchmark]
    public void UnsampledSpan()
    {
        if (GatewayActivities.StartAttempt("chat", _target, 1) is { } activity)
        {
            GatewayActivities.EndAttempt(activity, _facts.Observation, "served", failed: false);
        }
    }

    [Benchmark]
    public bool Scrape() => _endpoint.Reader.Collect();

    [GlobalCleanup]
    public void Dispose()
    {
        _traces.Dispose();
        _provider.Dispose();
        _endpoint.Dispose();
        _services.Dispose();
    }
}
