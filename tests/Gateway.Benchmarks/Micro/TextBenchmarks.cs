using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Core.Text;

namespace Gateway.Benchmarks.Micro;

/// <summary>
/// Counting a megabyte of text exactly, and the estimate of it: 1.05 MB divided by the time is the speed. Words, ideographs and emoji are
/// drawn at random, so that neither caches nor branches know them beforehand.
/// </summary>
public class TextBenchmarks
{
    private const int Bytes = 1 << 20;

    private BytePairEncoder _encoder = null!; // Set before the first run.
    private byte[] _text = [];

    [Params("english", "code", "json", "chinese", "emoji", "one letter", "random letters", "spaces", "random bytes")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _encoder = BytePairEncoder.TryGet("o200k_base", out var encoder) ? encoder : throw new InvalidOperationException("The encoding is missing.");
        _text = TextSamples.Make(Kind, Bytes);
        if (Count() == 0)
        {
            throw new InvalidOperationException("The sample is not counted.");
        }
    }

    [Benchmark]
    public long Count() => _encoder.Count(_text);

    [Benchmark]
    public long Estimate() => TextEstimate.Tokens(TextSize.OfJson(_text));
}
