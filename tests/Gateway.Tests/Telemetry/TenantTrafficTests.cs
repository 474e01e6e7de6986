using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Telemetry;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class TenantTrafficTests
{
    private const int Everybody = TenantTraffic.MostNamed;

    private readonly ManualClock _clock = new();
    private readonly TenantTraffic _traffic;

    public TenantTrafficTests() => _traffic = new TenantTraffic(_clock);

    [Fact]
    public void Tenants_that_send_most_are_named_though_they_come_last()
    {
        // In the order that is worst: each tenant sends more than all before it.
        for (var tenant = 1; tenant <= 100; tenant++)
        {
            Send($"ten_{tenant}", tenant);
        }

        Named().ShouldBe(Enumerable.Range(51, 50).Select(tenant => $"ten_{tenant}"), ignoreOrder: true);
        Requests().Values.Sum().ShouldBe(5050);
    }

    [Fact]
    public void Name_stays_while_nobody_has_a_clearly_better_claim()
    {
        Fill(requests: 40);

        Send("late", 42);

        Named().ShouldNotContain("late");
        Requests()[TenantTraffic.Other].ShouldBe(42);

        Send("late", 4);
        Named().ShouldContain("late");
        Named().Count.ShouldBe(Everybody);
    }

    [Fact]
    public void Sums_stay_exact_and_never_fall_whoever_is_named()
    {
        var random = new Random(7);
        long sent = 0, input = 0, nano = 0, other = 0;
        for (var round = 0; round < 20_000; round++)
        {
            // Who sends most changes as time goes by.
            var tenant = $"ten_{(random.Next(400) + (round / 100)) % (20 + random.Next(400))}";
            var bill = BillOf(random.Next(1000), random.Next(1_000_000));
            _traffic.Add(tenant, "completed", 200, $"model-{random.Next(5)}", bill);
            (sent, input, nano) = (sent + 1, input + bill.PromptTokens, nano + bill.Amount.NanoUsd);
            if (round % 500 == 0)
            {
                _clock.Advance(TimeSpan.FromMinutes(3));
                var now = Requests().GetValueOrDefault(TenantTraffic.Other);
                now.ShouldBeGreaterThanOrEqualTo(other);
                other = now;
            }
        }

        Requests().Values.Sum().ShouldBe(sent);
        Named().Count.ShouldBe(Everybody);
        _traffic.Tokens().Where(seen => TagOf(seen.Tags, MetricTags.TokenType) == "input").Sum(seen => seen.Value).ShouldBe(input);
        ((long)Math.Round(_traffic.Costs().Sum(seen => seen.Value) * Money.NanoPerUsd)).ShouldBe(nano);
    }

    [Fact]
    public void Tenant_of_yesterday_gives_way_to_those_of_today()
    {
        Fill(requests: 1000);
        for (var halves = 0; halves < 9; halves++)
        {
            _clock.Advance(TenantTraffic.HalfLife);
            Send("today", 1);
        }

        Named().ShouldNotContain("today");
        Send("today", 5);

        Named().ShouldContain("today");
    }

    [Fact]
    public void Models_beyond_what_is_kept_are_summed_up()
    {
        for (var model = 0; model < TenantTraffic.MostCosts + 100; model++)
        {
            _traffic.Add("ten_1", "completed", 200, $"model-{model}", BillOf(1, 1_000_000_000));
        }

        var costs = _traffic.Costs().ToList();
        costs.Count.ShouldBe(TenantTraffic.MostCosts + 1);
        costs.Sum(seen => seen.Value).ShouldBe(TenantTraffic.MostCosts + 100);
        costs.Single(seen => TagOf(seen.Tags, MetricTags.Model) == TenantTraffic.Other).Value.ShouldBe(100);
    }

    [Fact]
    public void Watched_tenants_are_bounded()
    {
        Fill(requests: 10);
        for (var tenant = 0; tenant < 2 * TenantTraffic.MostWatched; tenant++)
        {
            Send($"once_{tenant}", 1);
        }

        Send("often", 20);

        Named().ShouldContain("often");
        Requests().Values.Sum().ShouldBe((Everybody * 10) + (2 * TenantTraffic.MostWatched) + 20);
    }

    [Fact]
    public void Request_of_nobody_has_no_tenant()
    {
        _traffic.Add(null, "refused", 401, null, null);

        var seen = _traffic.Requests().ShouldHaveSingleItem();
        TagOf(seen.Tags, MetricTags.Tenant).ShouldBeNull();
        TagOf(seen.Tags, MetricTags.Status).ShouldBe("401");
    }

    private static BilledUse BillOf(long tokens, long nanoUsd) => new(tokens, 0, 0, new Money(nanoUsd));

    private static string? TagOf(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
            {
                return value?.ToString();
            }
        }

        return null;
    }

    private void Fill(int requests)
    {
        for (var tenant = 0; tenant < Everybody; tenant++)
        {
            Send($"ten_{tenant}", requests);
        }
    }

    private void Send(string tenant, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            _traffic.Add(tenant, "completed", 200, null, null);
        }
    }

    private Dictionary<string, long> Requests() => _traffic.Requests().GroupBy(seen => TagOf(seen.Tags, MetricTags.Tenant) ?? "").ToDictionary(group => group.Key, group => group.Sum(seen => seen.Value));

    private List<string> Named() => [.. Requests().Keys.Where(tenant => tenant is not (TenantTraffic.Other or ""))];
}
