using System.Diagnostics.Metrics;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Telemetry;
using Gateway.Telemetry.Points;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class RequestInstrumentsTests
{
    private const int TooMany = 20;

    [Fact]
    public void Models_beyond_the_most_share_a_point_but_for_what_goes_by_the_operation()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new GatewayMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        metrics.ObserveRequests(static () => { });
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Name == "gateway.requests" && ReferenceEquals(instrument.Meter.Scope, services.GetRequiredService<IMeterFactory>()))
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();

        for (var i = 0; i < KeptInstrument.MostPoints + TooMany; i++)
        {
            var (operation, target) = (i % 2 == 0 ? "chat" : "embeddings", TargetOf($"m{i}"));
            metrics.DeploymentAttempted(new DeploymentAttempt(operation, target, "served", Failed: false, IsRetry: false, TimeSpan.FromSeconds(1)));
            metrics.RequestEnded(Ended(operation, target));
        }

        foreach (var name in new[] { "gen_ai.server.request.duration", "gen_ai.client.operation.duration" })
        {
            var points = Points(metrics, name);
            points.Count.ShouldBe(KeptInstrument.MostPoints + 1);
            points.Take(KeptInstrument.MostPoints).ShouldAllBe(point => CountOf(point) == 1);
            CountOf(points[^1]).ShouldBe(TooMany);
            points[^1].Tags[0].Key.ShouldBe("otel.metric.overflow");
        }

        Points(metrics, "gateway.overhead.duration").Select(point => ((string?)point.Tags[0].Value, CountOf(point))).ShouldBe(
            [("chat", (KeptInstrument.MostPoints + TooMany) / 2), ("embeddings", (KeptInstrument.MostPoints + TooMany) / 2)]);
        var attempts = metrics.Kept.All.OfType<KeptCounter>().Single(counter => counter.Instrument.Name == "gateway.deployment.attempts").Points;
        attempts.Count.ShouldBe(KeptInstrument.MostPoints + 1);
        attempts.Sum(point => point.Sum).ShouldBe(KeptInstrument.MostPoints + TooMany);
    }

    private static IReadOnlyList<HistogramPoint> Points(GatewayMetrics metrics, string name) =>
        metrics.Kept.All.OfType<KeptHistogram>().Single(histogram => histogram.Instrument.Name == name).Points;

    private static long CountOf(HistogramPoint point) => point.Counts.ToArray().Sum();

    private static Target TargetOf(string model)
    {
        var deployment = new Deployment
        {
            Provider = new Provider { Name = "p", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://provider.example/v1") },
            Model = model,
        };
        return new Target(model, new ModelCard { Id = model, Deployments = [deployment] }, deployment, PriceBook.Empty.At(DateTimeOffset.UnixEpoch));
    }

    private static EndedRequest Ended(string operation, Target target) => new()
    {
        RequestId = "req_1",
        TraceId = "t",
        Method = "POST",
        Path = "/v1/x",
        Protocol = "HTTP/1.1",
        Scheme = "http",
        Route = "/v1/x",
        IsInference = true,
        Operation = operation,
        Status = 200,
        Outcome = "completed",
        Target = target,
        IsObserved = true,
        IsCompleted = true,
        EndedAt = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.FromSeconds(1),
    };
}
