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
using Microsoft.AspNetCore.Http;
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
    private const int Batch = 128;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsEndpoint _endpoint;
    private readonly Target _target;
    private readonly BilledUse _billed = new(PromptTokens: 1117, CompletionTokens: 40, ImageTokens: 1105, new Money(3_192_500));
    private readonly string[] _tenants = [.. Enumerable.Range(0, Tenants).Select(static tenant => $"ten_{tenant:x32}")];
    private readonly GatewayMetrics _metrics;
    private readonly MeterProvider _provider;
    private readonly RequestTraces _traces = new();
    private readonly DefaultHttpContext _context = new();
    private readonly BackgroundSink _sink = new(new JsonLineFormatter(), Stream.Null);
    private readonly RequestLog _log;
    private readonly TelemetryRecorder _recorder;
    private int _next;
    private int _calls;

    public TelemetryBenchmarks()
    {
        var deployment = new Deployment
        {
            Provider = new Provider { Name = "openai", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://api.openai.com/v1") },
            Model = "gpt-4o-2024-08-06",
        };
        _target = new Target("gpt-4o", new ModelCard { Id = "gpt-4o", Deployments = [deployment] }, deployment, PriceBook.Empty.At(DateTimeOffset.UnixEpoch));
        var meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new GatewayMetrics(meters, TimeProvider.System);
        _endpoint = new MetricsEndpoint(_metrics);
        _provider = Sdk.CreateMeterProviderBuilder().AddInstruments(meters, _metrics.Kept).AddReader(_endpoint.Reader).Build();
        _traces.Follow(new ParentBasedSampler(new TraceIdRatioBasedSampler(0)));
        _context.Request.Method = "POST";
        _log = new RequestLog(new LoggerConfiguration().MinimumLevel.Information().WriteTo.Sink(_sink).CreateLogger());
        _recorder = new TelemetryRecorder(_metrics, _log);
        foreach (var tenant in _tenants)
        {
            _metrics.RequestEnded(Ended(tenant));
        }
    }

    /// <summary>All instruments of a request that ends well.</summary>
    [Benchmark(Baseline = true)]
    public void Instruments() => Instruments(_tenants[0]);

    /// <summary>The same, of ten thousand tenants in turn.</summary>
    [Benchmark]
    public void InstrumentsOfManyTenants() => Instruments(NextTenant());

    /// <summary>Of one request, until it is written.</summary>
    [Benchmark]
    public void RequestLine()
    {
        _log.Write(Ended(_tenants[0]));
        Drain();
    }

    /// <summary>Both, as a request has them: added to what waits, and told and written later by the threads for it.</summary>
    [Benchmark]
    public void Recorded()
    {
        _recorder.Add(Attempt());
        _recorder.Add(Ended(NextTenant()));
        Drain();
    }

    /// <summary>A request whose trace is not kept, and its attempt.</summary>
    [Benchmark]
    public bool UnsampledTrace()
    {
        using var server = _traces.Start(_context);
        using var attempt = GatewayActivities.StartAttempt("chat", _target, 1);
        return attempt is null;
    }

    [Benchmark]
    public bool Scrape() => _endpoint.Reader.Collect();

    /// <summary>Of the last scrape.</summary>
    public long ScrapeBytes => _endpoint.Bytes;

    [GlobalCleanup]
    public void Dispose()
    {
        _recorder.Dispose();
        _sink.Dispose();
        _provider.Dispose();
        _endpoint.Dispose();
        _services.Dispose();
    }

    private void Instruments(string tenant)
    {
        _metrics.DeploymentAttempted(Attempt());
        _metrics.RequestEnded(Ended(tenant));
    }

    // No faster than the threads take it, or lines would be dropped.
    private void Drain()
    {
        if (++_calls % Batch == 0)
        {
            _recorder.Flush();
            _sink.Flush();
        }
    }

    private string NextTenant()
    {
        _next = _next + 1 < Tenants ? _next + 1 : 0;
        return _tenants[_next];
    }

    private DeploymentAttempt Attempt() => new("chat", _target, "served", Failed: false, IsRetry: false, TimeSpan.FromMilliseconds(890));

    private EndedRequest Ended(string tenant) => new()
    {
        RequestId = "req_0198f3a0c0de7000800000000000abcd",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        Method = "POST",
        Path = "/v1/chat/completions",
        Protocol = "HTTP/1.1",
        Scheme = "http",
        Route = "/v1/chat/completions",
        IsInference = true,
        Operation = "chat",
        Status = 200,
        Outcome = "completed",
        Tenant = tenant,
        Key = "key_0198f3a0c0de7000800000000000abcd",
        Target = _target,
        IsObserved = true,
        IsCompleted = true,
        FirstTokenMs = 300,
        Billed = _billed,
        Images = 1,
        IsStream = true,
        EndedAt = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.FromMilliseconds(900),
        Elsewhere = TimeSpan.FromMilliseconds(897),
    };
}
