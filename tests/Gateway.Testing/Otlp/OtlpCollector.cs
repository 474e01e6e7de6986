using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gateway.Testing.Otlp;

/// <summary>An OTLP collector on a free port, by gRPC or by protobuf over HTTP, that keeps all it gets.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<string> _metrics = new();

    private OtlpCollector(WebApplication app, bool grpc)
    {
        _app = app;
        Protocol = grpc ? "grpc" : "http/protobuf";
        app.Run(context => TakeAsync(context, grpc));
    }

    public string Protocol { get; }

    public string Address => _app.Urls.First();

    /// <summary>Everything that came, as it came.</summary>
    public IReadOnlyCollection<byte[]> Bodies => _bodies;

    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>Names of metrics.</summary>
    public IReadOnlyCollection<string> Metrics => _metrics;

    public static async Task<OtlpCollector> StartAsync(bool grpc, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new OtlpCollector(builder.Build(), grpc);
        await collector._app.StartAsync(ct);
        return collector;
    }

    /// <summary>What a gateway is told, so that it exports here at once.</summary>
    public Dictionary<string, string> Settings() => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = Protocol,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    public async Task WaitAsync(Func<OtlpCollector, bool> condition, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        while (!condition(this))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, either.Token);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context, bool grpc)
    {
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy, context.RequestAborted);
        var body = copy.ToArray();
        if (grpc)
        {
            // A flag and a length stand before the one message.
            body = body[5..(5 + (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)))];
        }

        _bodies.Enqueue(body);
        if (context.Request.Path.Value is "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        {
            foreach (var span in OtlpSpan.ReadAll(body))
            {
                _spans.Enqueue(span);
            }
        }
        else if (context.Request.Path.Value is "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
        {
            // ResourceMetrics (1), ScopeMetrics (2), Metric (2), its name (1).
            foreach (var metric in ProtobufField.Find(body, 1, 2, 2))
            {
                _metrics.Enqueue(ProtobufField.Find(metric, 1).Single().Text());
            }
        }

        if (!grpc)
        {
            context.Response.ContentType = "application/x-protobuf";
            return;
        }

        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
