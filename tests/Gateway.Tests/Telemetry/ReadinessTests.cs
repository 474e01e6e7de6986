using System.Net;
using System.Text.Json.Nodes;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class ReadinessTests : GatewayTest
{
    private const string Secret = "db-user:hunter2@db.internal:5432";

    private readonly CountedCheck _check = new();

    protected override GatewayAppOptions Options => new()
    {
        Services = services => services.AddHealthChecks().AddCheck("counted", _check, tags: [Readiness.Tag]),
    };

    [Fact]
    public async Task Flood_of_probes_asks_what_the_node_stands_on_once()
    {
        var readiness = App.Services.GetRequiredService<Readiness>();
        var before = _check.Asked;
        _check.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var probes = Enumerable.Range(0, 200).Select(_ => readiness.ReadAsync()).ToList();
        _check.Hold.SetResult();
        var reports = await Task.WhenAll(probes);

        (_check.Asked - before).ShouldBeInRange(0, 1);
        reports.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Answer_names_checks_and_states_and_no_reason()
    {
        _check.Result = HealthCheckResult.Unhealthy(Secret, new InvalidOperationException(Secret));
        using var client = App.Client();

        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Timeout);
        var body = await answer.Content.ReadAsStringAsync(Timeout);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        JsonNode.DeepEquals(
            JsonNode.Parse(body), JsonNode.Parse("""{"status":"unready","checks":{"catalog":"ok","counted":"failed","database":"ok","ledger":"ok"}}""")).ShouldBeTrue(body);
    }

    [Fact]
    public async Task Node_that_leaves_is_not_ready_whatever_the_checks_say_and_lives()
    {
        App.Services.GetRequiredService<Readiness>().Leave();
        using var client = App.Client();

        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Timeout);
        using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Timeout);

        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)JsonNode.Parse(await ready.Content.ReadAsStringAsync(Timeout))!["status"]).ShouldBe("stopping");
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Catalog_that_is_refused_leaves_the_node_degraded_and_in_use()
    {
        await File.WriteAllTextAsync(App.CatalogPath, "{", Timeout);
        App.ReloadCatalog();
        using var client = App.Client();

        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Timeout);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Timeout)).ShouldContain("\"catalog\":\"degraded\"");
    }

    private sealed class CountedCheck : IHealthCheck
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource? Hold { get; set; }

        public HealthCheckResult Result { get; set; } = HealthCheckResult.Healthy();

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
            if (Hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            return Result;
        }
    }
}
