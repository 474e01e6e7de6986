using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Otlp;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Telemetry;

/// <summary>What a collector gets of a running gateway, and what becomes of requests where it is none.</summary>
public sealed class ExportTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string ProviderKey => "sk-provider-of-the-export-tests";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trace_goes_from_the_client_through_each_attempt_to_the_provider(bool grpc)
    {
        await using var collector = await OtlpCollector.StartAsync(grpc, Ct);
        await using var gateway = await MeasuredGateway.StartAsync(collector.Settings(), ProviderKey, Ct);
        var key = await gateway.NewKeyAsync("{}", Ct);

        var (status, text) = await gateway.ChatAsync(
            key.Secret, MeasuredGateway.Body(MeasuredGateway.Flaky, "hi"), Ct, ("traceparent", $"00-{TraceId}-{Caller}-01"), ("tracestate", "rojo=1"));
        status.ShouldBe(200, text);
        await collector.WaitAsync(static seen => seen.Spans.Count(span => span.TraceId == TraceId) >= 3 && seen.Metrics.Contains("gen_ai.client.operation.duration"), Ct);

        var spans = collector.Spans.Where(static span => span.TraceId == TraceId).ToList();
        var server = spans.Single(static span => span.Kind == OtlpSpan.Server);
        var row = (await gateway.Admin.WaitForRowsAsync(key, 1, Ct))[0];
        server.Name.ShouldBe("POST /v1/chat/completions");
        server.Parent.ShouldBe(Caller);
        server.Attributes["http.request.method"].ShouldBe("POST");
        server.Attributes["http.route"].ShouldBe("/v1/chat/completions");
        server.Attributes["http.response.status_code"].ShouldBe("200");
        server.Attributes["gateway.request_id"].ShouldBe((string?)row["request_id"]);
        ((string?)row["trace_id"]).ShouldBe(TraceId);

        var attempts = spans.Where(static span => span.Kind == OtlpSpan.Client).OrderBy(span => span.Attributes["gateway.attempt"], StringComparer.Ordinal).ToList();
        attempts.Select(static span => span.Name).ShouldBe(["chat broken;status=500", "chat well"]);
        attempts.ShouldAllBe(span => span.Parent == server.SpanId);
        attempts[0].Attributes["error.type"].ShouldBe("failed");
        attempts[1].Attributes["gen_ai.operation.name"].ShouldBe("chat");
        attempts[1].Attributes["gen_ai.request.model"].ShouldBe(MeasuredGateway.Flaky);
        attempts[1].Attributes["gen_ai.usage.input_tokens"].ShouldNotBe("0");
        gateway.Provider.Requests.Snapshot().Select(static request => request.Header("traceparent"))
            .ShouldBe(attempts.Select(static span => $"00-{TraceId}-{span.SpanId}-01"));
        gateway.Provider.Requests.Snapshot().ShouldAllBe(static request => request.Header("tracestate") == "rojo=1");
        collector.Spans.ShouldAllBe(static span => !span.Name.Contains("health"));
    }

    [Fact]
    public async Task Trace_that_is_not_sampled_is_not_exported_and_still_named_by_its_row()
    {
        await using var collector = await OtlpCollector.StartAsync(grpc: false, Ct);
        await using var gateway = await MeasuredGateway.StartAsync(
            new Dictionary<string, string>(collector.Settings()) { ["OTEL_TRACES_SAMPLER"] = "parentbased_always_off" }, ProviderKey, Ct);
        var key = await gateway.NewKeyAsync("{}", Ct);

        await gateway.ChatAsync(key.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "one"), Ct);
        await gateway.ChatAsync(key.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "two"), Ct, ("traceparent", $"00-{TraceId}-{Caller}-01"));
        await collector.WaitAsync(static seen => seen.Spans.Count >= 2, Ct);

        // The caller's flag rules; without one it is off.
        collector.Spans.ShouldAllBe(static span => span.TraceId == TraceId);
        var rows = await gateway.Admin.WaitForRowsAsync(key, 2, Ct);
        var sent = gateway.Provider.Requests.Snapshot().Select(static request => request.Header("traceparent")!).ToList();
        sent[0].ShouldStartWith($"00-{(string?)rows[1]["trace_id"]}-");
        sent[0].ShouldEndWith("-00");
        sent[1].ShouldEndWith("-01");
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Collector_that_never_answers_delays_nothing(string protocol)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = await MeasuredGateway.StartAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
                ["OTEL_BSP_SCHEDULE_DELAY"] = "10",
                ["OTEL_BSP_MAX_QUEUE_SIZE"] = "64",
                ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "32",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
            },
            ProviderKey,
            Ct);
        var key = await gateway.NewKeyAsync("{}", Ct);

        // Far more spans than the queue holds.
        for (var i = 0; i < 100; i++)
        {
            (await gateway.ChatAsync(key.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "hi"), Ct)).Status.ShouldBe(200);
        }

        (await gateway.SendAsync(HttpMethod.Get, "metrics", null, null, Ct)).Text.ShouldContain("gateway_requests_total");
        (await gateway.Process.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Metrics_port_answers_metrics_and_health_alone()
    {
        var port = FreePort();
        await using var gateway = await MeasuredGateway.StartAsync(new Dictionary<string, string> { ["Gateway__MetricsPort"] = $"{port}" }, ProviderKey, Ct);
        var key = await gateway.NewKeyAsync("{}", Ct);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key.Secret);

        await StatusesAsync(client, ("/metrics", 200), ("/health/live", 200), ("/health/ready", 200), ("/v1/models", 404), ("/admin/v1/tenants", 404), ("/", 404));
        using var main = new HttpClient { BaseAddress = gateway.Process.BaseAddress };
        main.DefaultRequestHeaders.Authorization = new("Bearer", key.Secret);
        await StatusesAsync(main, ("/metrics", 404), ("/Metrics", 404), ("/health/live", 200), ("/v1/models", 200));

        // Whatever host the client names.
        using var disguised = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = $"127.0.0.1:{port}" } };
        using var refused = await main.SendAsync(disguised, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync(Ct))!["error"]!["type"]).ShouldBe("invalid_request_error");
    }

    [Theory]
    [InlineData("Gateway__MetricsPort", "none", "Gateway:MetricsPort is 'none'")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke", "OTEL_EXPORTER_OTLP_PROTOCOL is 'smoke'")]
    public async Task Setting_that_cannot_work_stops_the_start(string name, string value, string expected)
    {
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => MeasuredGateway.StartAsync(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9", [name] = value }, ProviderKey, Ct));

        failure.Message.ShouldContain("The gateway cannot start.");
        failure.Message.ShouldContain(expected);
    }

    private static async Task StatusesAsync(HttpClient client, params (string Path, int Status)[] expected)
    {
        foreach (var (path, status) in expected)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Ct);
            ((int)answer.StatusCode).ShouldBe(status, path);
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
