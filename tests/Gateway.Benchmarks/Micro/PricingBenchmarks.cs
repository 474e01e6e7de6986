using BenchmarkDotNet.Attributes;
using Gateway.Core.Admission;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Benchmarks.Micro;

/// <summary>Measuring and quoting a parsed request with one small picture, and the bill of its answer.</summary>
public class PricingBenchmarks
{
    private readonly ParsedRequest _request = Samples.Parse(Samples.SmallImageBody);
    private readonly Usage _usage = new() { PromptTokens = 800, ImageInputTokens = 765, CachedTokens = 20, CompletionTokens = 90, ReasoningTokens = 10 };
    private RequestPlan _plan = null!; // Set before the first run.
    private Measurement _measurement = null!; // Set before the first run.

    [GlobalSetup]
    public void SetUp()
    {
        RequestPolicy.TryApply(Samples.SmallImageBody, _request, ParameterPolicy.None, out var plan, out _);
        _plan = plan ?? throw new InvalidOperationException("The sample is refused.");
        _measurement = Measure();
    }

    /// <summary>The picture's header is read anew, as for each request.</summary>
    [Benchmark]
    public Measurement Measure() =>
        ImageSizer.TrySize(Samples.SmallImageBody, _request.Images, ImageLimits.Default, out var headers, out _)
            ? Meter.Measure(_request, headers, Samples.Target.Deployment.ImageFormula)
            : throw new InvalidOperationException("The sample is refused.");

    [Benchmark]
    public Quote Quote() => Quoter.Quote(_plan, _measurement, Samples.Target, TokensCharge.Sum, 1024);

    [Benchmark]
    public Charge Bill() => Biller.Bill(_usage, Samples.Price, chargeRequest: true);
}
