using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Benchmarks.Driving;
using Gateway.Core.Requests;

namespace Gateway.Benchmarks.Micro;

/// <summary>One pass over a body, as every request pays for it.</summary>
public class RequestReaderBenchmarks
{
    private byte[] _large = [];

    [GlobalSetup]
    public void SetUp() => _large = Encoding.UTF8.GetBytes(ChatBodies.LargeImage("gpt-4o", Samples.LargeImageBytes));

    [Benchmark]
    public bool Text() => Read(Samples.TextBody);

    [Benchmark]
    public bool SmallImage() => Read(Samples.SmallImageBody);

    [Benchmark]
    public bool Image20Mb() => Read(_large);

    private static bool Read(byte[] body) => RequestReader.TryRead(body, 50, out _, out _);
}
