using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Telemetry;

/// <summary>A real Prometheus in front of a running gateway: the text of <c>/metrics</c>, every query of the dashboards, every alert.</summary>
[Collection(nameof(PrometheusTests))]
[CollectionDefinition(nameof(PrometheusTests), DisableParallelization = true)]
public sealed partial class PrometheusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "gateway.rules.yml")]
    [InlineData("test", "rules", "gateway.rules.test.yml")]
    public async Task Shipped_configuration_and_rules_pass_promtool(params string[] arguments)
    {
        SkipWithout(PrometheusServer.WhyAbsent());

        var (code, output) = await PrometheusServer.CheckAsync(null, Ct, arguments);

        code.ShouldBe(0, output);
        output.ShouldContain("SUCCESS");
    }

    [Fact]
    public async Task Every_alert_is_tested()
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(PrometheusServer.Shipped, "gateway.rules.yml"), Ct);
        var tests = await File.ReadAllTextAsync(Path.Combine(PrometheusServer.Shipped, "gateway.rules.test.yml"), Ct);

        var alerts = Alert().Matches(rules).Select(match => match.Groups["name"].Value).ToList();

        alerts.Count.ShouldBeGreaterThan(10);
        alerts.ShouldAllBe(alert => tests.Contains($"labels: 'ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dashboards_show_data_and_alerts_find_their_metrics_after_a_load_of_every_kind()
    {
        SkipWithout(PrometheusServer.WhyAbsent() ?? (RedisServer.IsInstalled ? null : "redis-server is not installed."));
        await using var redis = await RedisServer.StartNewAsync(Ct);
        await using var gateway = await MeasuredGateway.StartAsync(new Dictionary<string, string> { ["ConnectionStrings__Redis"] = redis.Endpoint }, $"sk-provider-{Guid.NewGuid():N}", Ct);
        await using var prometheus = await PrometheusServer.StartAsync(gateway.Process.BaseAddress, Ct);
        var load = await Load.PrepareAsync(gateway, Ct);

        // Rates need two scrapes with something between them: the load goes on until all have been seen.
        var missing = Queries().ToHashSet();
        missing.Count.ShouldBeGreaterThan(50);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        while (missing.Count > 0 && !timeout.IsCancellationRequested)
        {
            await load.RunAsync(Ct);
            foreach (var query in missing.ToList())
            {
                if (await HasDataAsync(prometheus, query.Expression))
                {
                    missing.Remove(query);
                }
            }
        }

        missing.ShouldBeEmpty();
        await AlertsFindTheirMetricsAsync(prometheus);
        var (_, metrics) = await gateway.SendAsync(HttpMethod.Get, "metrics", null, null, Ct);
        var (code, output) = await PrometheusServer.CheckAsync(metrics, Ct, "check", "metrics");
        code.ShouldBe(0, output);
        output.ShouldBeEmpty();
    }

    private static void SkipWithout(string? reason)
    {
        if (reason is not null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") != "1", reason);
            Assert.Fail(reason);
        }
    }

    /// <summary>At least one number that is one.</summary>
    private static async Task<bool> HasDataAsync(PrometheusServer prometheus, string expression) =>
        (await prometheus.QueryAsync(expression, Ct)).Any(static sample => (string?)sample!["value"]![1] is not ("NaN" or "+Inf" or "-Inf"));

    private static async Task AlertsFindTheirMetricsAsync(PrometheusServer prometheus)
    {
        var metrics = await NamesAsync(prometheus, "api/v1/label/__name__/values");
        var labels = await NamesAsync(prometheus, "api/v1/labels");
        var rules = (await prometheus.GetAsync("api/v1/rules", Ct))["groups"]!.AsArray().SelectMany(static group => group!["rules"]!.AsArray()).ToList();
        rules.Count.ShouldBeGreaterThan(10);
        foreach (var rule in rules)
        {
            var name = (string)rule!["name"]!;
            ((string?)rule["health"]).ShouldBeOneOf("ok", "unknown");
            ((string?)rule["lastError"]).ShouldBeNullOrEmpty(name);
            ((string?)rule["annotations"]!["runbook"]).ShouldNotBeNullOrEmpty(name);
            var names = Identifier().Matches((string)rule["query"]!).Select(match => match.Value).ToList();
            names.Where(metrics.Contains).ShouldNotBeEmpty(name);
            names.Where(identifier => !metrics.Contains(identifier) && !labels.Contains(identifier)).ShouldBeEmpty(name);
        }
    }

    private static async Task<HashSet<string>> NamesAsync(PrometheusServer prometheus, string path) =>
        [.. (await prometheus.GetAsync(path, Ct)).AsArray().Select(name => (string)name!)];

    private static IEnumerable<Query> Queries()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana", "dashboards"), "*.json"))
        {
            var dashboard = JsonNode.Parse(File.ReadAllText(file))!;
            var variables = dashboard["templating"]!["list"]!.AsArray().Where(variable => (string?)variable!["type"] == "query").ToList();
            foreach (var panel in dashboard["panels"]!.AsArray().Where(panel => (string?)panel!["type"] != "row"))
            {
                foreach (var target in panel!["targets"]!.AsArray())
                {
                    yield return new Query($"{dashboard["title"]}: {panel["title"]}", Filled((string)target!["expr"]!, variables!));
                }
            }

            // What a variable offers.
            foreach (var variable in variables)
            {
                var match = LabelValues().Match((string)variable!["definition"]!);
                yield return new Query($"{dashboard["title"]}: ${variable["name"]}", $"count by ({match.Groups["label"].Value}) ({match.Groups["metric"].Value})");
            }
        }
    }

    private static string Filled(string expression, IReadOnlyList<JsonNode> variables)
    {
        var filled = variables.Aggregate(
            expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal),
            (text, variable) => text.Replace($"${variable["name"]}", (string)variable["allValue"]!, StringComparison.Ordinal));
        filled.ShouldNotContain("$");
        return filled;
    }

    [GeneratedRegex("- alert: (?<name>[A-Za-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\b((gateway|gen_ai|http|dotnet|kestrel)_[a-z0-9_]+|up)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^label_values\((?<metric>[a-z0-9_]+), (?<label>[a-z0-9_]+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValues();

    private sealed record Query(string Where, string Expression);

    /// <summary>Requests that end in every way.</summary>
    private sealed class Load(MeasuredGateway gateway, GatewayKey free, GatewayKey limited, GatewayKey poor)
    {
        public static async Task<Load> PrepareAsync(MeasuredGateway gateway, CancellationToken ct) => new(
            gateway,
            await gateway.NewKeyAsync("{}", ct),
            await gateway.NewKeyAsync("""{"limits":{"requests_per_minute":1}}""", ct),
            await gateway.NewKeyAsync("""{"monthly_budget":"0.045"}""", ct));

        public async Task RunAsync(CancellationToken ct)
        {
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "hi"), ct)).Status.ShouldBe(200);
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "[[tokens=20;pace=2ms]]hi", stream: true), ct)).Status.ShouldBe(200);
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.ImageBody(MeasuredGateway.Chat, "[[prompt_tokens=300;image_tokens=260]]", Pictures.PngUrl(512, 512)), ct)).Status.ShouldBe(200);
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.Body(MeasuredGateway.Flaky, "hi"), ct)).Status.ShouldBe(200);
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.Body(MeasuredGateway.Failing, "hi"), ct)).Status.ShouldBeOneOf(502, 503);
            (await gateway.ChatAsync(free.Secret, MeasuredGateway.Body("no such model", "hi"), ct)).Status.ShouldBe(404);
            (await gateway.ChatAsync("sk-gw-nobody", MeasuredGateway.Body(MeasuredGateway.Chat, "hi"), ct)).Status.ShouldBeOneOf(401, 429);
            (await gateway.ChatAsync(limited.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "hi"), ct)).Status.ShouldBeOneOf(200, 429);
            (await gateway.ChatAsync(poor.Secret, MeasuredGateway.Body(MeasuredGateway.PerRequest, "hi"), ct)).Status.ShouldBeOneOf(200, 429);
            await gateway.Admin.LimitsAsync(free, ct);
        }
    }
}
