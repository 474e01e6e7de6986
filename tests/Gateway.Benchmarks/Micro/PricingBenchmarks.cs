using BenchmarkDotNet.Attributes;
using Gateway.Core.Admission;
using Gateway.Core.Endpoints;
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
    public Measurement Measure()
    {
        var part = _request.Images[0];
        return ImageSizer.TrySize(Samples.SmallImageBody, part, ImageLimits.Default, out var header, out _)
            && Meter.TryMeasure(ApiEndpoint.ChatCompletions.EstimateText(_request), [new SizedImage(part, header)], Samples.Target.Deployment.ImageFormula, out var measurement, out _)
            ? measurement
            : throw new InvalidOperationException("The sample is refused.");
    }

    /// <summary>All that is done with a body of text and one picture between reading and admission.</summary>
    [Benchmark]
    public Quote ReadMeasureAndQuote()
    {
        if (!RequestReader.TryRead(Samples.SmallImageBody, 50, out var request, out _)
            || !RequestPolicy.TryApply(Samples.SmallImageBody, request, ParameterPolicy.None, out var plan, out _)
            || !ImageSizer.TrySize(Samples.SmallImageBody, request.Images[0], ImageLimits.Default, out var header, out _)
            || !Meter.TryMeasure(ApiEndpoint.ChatCompletions.EstimateText(request), [new SizedImage(request.Images[0], header)], Samples.Target.Deployment.ImageFormula, out var measurement, out _))
        {
            throw new InvalidOperationException("The sample is refused.");
        }

        return Quoter.Quote(plan, measurement, Samples.Target, TokensCharge.Sum, 1024);
    }

    [Benchmark]
    public Quote Quote() => Quoter.Quote(_plan, _measurement, Samples.Target, TokensCharge.Sum, 1024);

    [Benchmark]
    public Charge Bill() => Biller.Bill(_usage, Samples.Price, chargeRequest: true);
}
