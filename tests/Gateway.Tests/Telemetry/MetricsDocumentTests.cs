using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Gateway.Telemetry;
using Gateway.Telemetry.Prometheus;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

/// <summary>docs/metrics.md and the instruments, each against the other.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void Every_instrument_of_the_gateway_is_documented_as_it_is()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var seen = new Dictionary<string, Documented>(StringComparer.Ordinal);
        using var listener = Listen(meters, instrument =>
        {
            if (instrument.Meter.Name == GatewayMetrics.MeterName)
            {
                seen[instrument.Name] = new Documented(KindOf(instrument), instrument.Unit!, NameOf(instrument));
            }
        });
        var metrics = new GatewayMetrics(meters, TimeProvider.System);
        metrics.ObserveRedisOutage(() => false);
        metrics.ObserveSpool(() => 0, () => 0);
        metrics.ObserveDeployments(new DeploymentBoard(() => []));
        metrics.ObserveLog(() => 0);
        metrics.ObserveBodies(() => 0);
        metrics.ObserveRequests(() => { });
        metrics.ObserveRunning(() => 0);

        var documented = Read().Where(static row => IsOwn(row.Key)).ToDictionary();

        seen.Count.ShouldBeGreaterThan(25);
        documented.Keys.Order(StringComparer.Ordinal).ShouldBe(seen.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, row) in documented)
        {
            row.ShouldBe(seen[name], name);
        }
    }

    [Fact]
    public async Task Every_instrument_of_the_framework_that_is_kept_exists_and_is_documented()
    {
        await using var app = await GatewayApp.StartAsync();
        var seen = new Dictionary<string, Documented>(StringComparer.Ordinal);
        using var listener = Listen(app.Services.GetRequiredService<IMeterFactory>(), instrument =>
        {
            if (MeteredInstruments.Framework.TryGetValue(instrument.Meter.Name, out var kept) && kept.Contains(instrument.Name))
            {
                seen[instrument.Name] = new Documented(KindOf(instrument), instrument.Unit!, NameOf(instrument));
            }
        });

        var documented = Read().Where(static row => !IsOwn(row.Key)).ToDictionary();

        seen.Keys.Order(StringComparer.Ordinal).ShouldBe(MeteredInstruments.Framework.SelectMany(meter => meter.Value).Order(StringComparer.Ordinal));
        documented.Keys.Order(StringComparer.Ordinal).ShouldBe(seen.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, row) in documented)
        {
            row.ShouldBe(seen[name], name);
        }
    }

    private static bool IsOwn(string instrument) => instrument.Split('.')[0] is "gateway" or "gen_ai" or "http";

    private static MeterListener Listen(IMeterFactory meters, Action<Instrument> see)
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters))
            {
                see(instrument);
            }
        };
        listener.Start();
        return listener;
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    private static string NameOf(Instrument instrument) => PrometheusName.Of(instrument.Name, instrument.Unit, Enum.Parse<PrometheusKind>(KindOf(instrument), ignoreCase: true));

    private static Dictionary<string, Documented> Read() => File.ReadLines(Path.Combine(Repository.Root, "docs", "metrics.md"))
        .Select(line => Row().Match(line))
        .Where(match => match.Success)
        .ToDictionary(
            match => match.Groups["name"].Value,
            match => new Documented(match.Groups["kind"].Value, match.Groups["unit"].Value, match.Groups["prometheus"].Value),
            StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_.]+)` \| (?<kind>counter|gauge|histogram) \| `(?<unit>[^`]+)` \| `(?<prometheus>[a-z0-9_]+)` \| [^|]+ \| [^|]+ \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    private sealed record Documented(string Kind, string Unit, string Prometheus);
}
