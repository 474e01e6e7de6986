using System.Diagnostics;
using Gateway.Telemetry.Tracing;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class RequestTracesTests : IDisposable
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";

    private readonly TracerProvider _provider = Sdk.CreateTracerProviderBuilder().AddSource(GatewayActivities.SourceName).SetSampler(new AlwaysOnSampler()).Build();

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void Nothing_is_begun_before_anybody_decides()
    {
        using var activity = new RequestTraces().Start(Request(null));

        activity.ShouldBeNull();
        Activity.Current.ShouldBeNull();
    }

    [Theory]
    [InlineData("01", true)]
    [InlineData("00", false)]
    public void Callers_flag_decides_where_there_is_one(string flags, bool kept)
    {
        var traces = Following(new ParentBasedSampler(new AlwaysOnSampler()));

        using var activity = traces.Start(Request($"00-{TraceId}-{SpanId}-{flags}", "vendor=1"));

        (activity is not null).ShouldBe(kept);
        if (activity is not null)
        {
            activity.TraceId.ToHexString().ShouldBe(TraceId);
            activity.ParentSpanId.ToHexString().ShouldBe(SpanId);
            activity.TraceStateString.ShouldBe("vendor=1");
            activity.Kind.ShouldBe(ActivityKind.Server);
            activity.Recorded.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("nonsense")]
    public void What_names_no_trace_begins_a_new_one(string? traceParent)
    {
        using var activity = Following(new ParentBasedSampler(new AlwaysOnSampler())).Start(Request(traceParent));

        activity.ShouldNotBeNull().TraceId.ShouldNotBe(default);
        activity.ParentSpanId.ShouldBe(default);
    }

    [Fact]
    public void Id_that_a_share_was_decided_by_is_the_traces_so_that_others_decide_alike()
    {
        var sampler = new TraceIdRatioBasedSampler(0.5);
        var traces = Following(sampler);
        var kept = 0;
        for (var i = 0; i < 2_000; i++)
        {
            using var activity = traces.Start(Request(null));
            if (activity is not null)
            {
                kept++;
                sampler.ShouldSample(new SamplingParameters(default, activity.TraceId, "POST", ActivityKind.Server)).Decision.ShouldBe(SamplingDecision.RecordAndSample);
            }
        }

        // More than ten standard deviations on either side.
        kept.ShouldBeInRange(700, 1_300);
    }

    private static RequestTraces Following(Sampler sampler)
    {
        var traces = new RequestTraces();
        traces.Follow(sampler);
        return traces;
    }

    private static DefaultHttpContext Request(string? traceParent, string? traceState = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Headers.TraceParent = traceParent;
        context.Request.Headers.TraceState = traceState;
        return context;
    }
}
