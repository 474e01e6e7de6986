using Gateway.Telemetry;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

public sealed class DeploymentMetricsTests : GatewayTest
{
    private static readonly string[] Tags = ["gen_ai.provider.name", "gen_ai.response.model"];

    protected override GatewayAppOptions Options => new()
    {
        Catalog = simulator => RoutingCatalog.For(
            simulator,
            """
            "moved": { "deployments": [{ "provider": "absent", "model": "gone" }, { "provider": "b", "model": "well", "priority": 1 }], "retries": { "backoff": "1ms" } },
            "limited": { "deployments": [{ "provider": "a", "model": "m;status=429;retry_after=60" }] },
            "refused": { "deployments": [{ "provider": "c", "model": "m;status=400" }] },
            """),
    };

    [Fact]
    public async Task Instruments_have_these_names_and_units()
    {
        using var metrics = new MetricCollector(App.Services, "gateway.deployment.");
        (await App.ChatAsync(ChatBody.Text("hello", "moved"))).Dispose();
        metrics.Observe();

        metrics.Instruments.ShouldBe(
            new Dictionary<string, string?>
            {
                ["gateway.deployment.state"] = "{state}",
                ["gateway.deployment.in_flight"] = "{request}",
                ["gateway.deployment.error_rate"] = "1",
                ["gateway.deployment.first_byte"] = "s",
                ["gateway.deployment.attempts"] = "{attempt}",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Attempts_are_counted_by_deployment_and_by_what_came_of_them()
    {
        using var metrics = new MetricCollector(App.Services, "gateway.deployment.attempts");
        foreach (var model in new[] { "moved", "limited", "refused" })
        {
            (await App.ChatAsync(ChatBody.Text("hello", model))).Dispose();
        }

        metrics.Seen.Select(Told).ShouldBe(
            [
                (1, "absent", "gone", "failed", false), (1, "b", "well", "served", true),
                (1, "a", "m;status=429;retry_after=60", "rate_limited", false), (1, "c", "m;status=400", "request_refused", false),
            ]);
        metrics.Seen.ShouldAllBe(seen => seen.Tags.Count == 4);

        static (double, string?, string?, string?, bool) Told(MetricCollector.Measured seen) => (
            seen.Value,
            (string?)seen.Tags["gen_ai.provider.name"],
            (string?)seen.Tags["gen_ai.response.model"],
            (string?)seen.Tags["gateway.deployment.verdict"],
            (bool)seen.Tags["gateway.retry"]!);
    }

    [Fact]
    public async Task Gauges_have_one_value_for_each_deployment_of_the_catalog()
    {
        (await App.ChatAsync(ChatBody.Text("hello", "moved"))).Dispose();
        (await App.ChatAsync(ChatBody.Text("hello", "limited"))).Dispose();
        using var metrics = new MetricCollector(App.Services, "gateway.deployment.");
        metrics.Observe();

        metrics.Seen.ShouldAllBe(seen => seen.Tags.Keys.Order().SequenceEqual(Tags));
        ValuesOf("gateway.deployment.state").ShouldBe([("a", (double)DeploymentCondition.Resting), ("absent", 0), ("b", 0), ("c", 0)]);
        ValuesOf("gateway.deployment.in_flight").ShouldBe([("a", 0), ("absent", 0), ("b", 0), ("c", 0)]);
        ValuesOf("gateway.deployment.error_rate").ShouldBe([("a", 1), ("absent", 1), ("b", 0), ("c", 0)]);

        // In seconds, and known of those alone that answered.
        ValuesOf("gateway.deployment.first_byte").ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            seen => seen.Provider.ShouldBe("b"), seen => seen.Value.ShouldBeInRange(0.000001, 20));

        IEnumerable<(string Provider, double Value)> ValuesOf(string name) =>
            metrics.Seen.Where(seen => seen.Name == name).Select(seen => ((string)seen.Tags["gen_ai.provider.name"]!, seen.Value)).Order();
    }

    [Theory]
    [InlineData(0, DeploymentCondition.Closed)]
    [InlineData(1, DeploymentCondition.Resting)]
    [InlineData(2, DeploymentCondition.HalfOpen)]
    [InlineData(3, DeploymentCondition.Open)]
    internal void State_is_told_by_these_numbers(int number, DeploymentCondition state) => ((int)state).ShouldBe(number);
}
