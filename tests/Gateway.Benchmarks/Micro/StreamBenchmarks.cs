using BenchmarkDotNet.Attributes;
using Gateway.Core.Streaming;

namespace Gateway.Benchmarks.Micro;

/// <summary>What one chunk of a stream costs to be cut out and read.</summary>
public class StreamBenchmarks : IDisposable
{
    private readonly SseScanner _scanner = new();
    private readonly byte[] _event = [.. "data: "u8, .. Samples.Chunk, .. "\n\n"u8];

    [Benchmark]
    public bool Scan()
    {
        ReadOnlySpan<byte> piece = _event;
        return _scanner.TryRead(ref piece, out _);
    }

    [Benchmark]
    public bool ScanAndRead()
    {
        ReadOnlySpan<byte> piece = _event;
        return _scanner.TryRead(ref piece, out var data) && ChatAnswerReader.TryRead(data, out _);
    }

    public void Dispose()
    {
        _scanner.Dispose();
        GC.SuppressFinalize(this);
    }
}
