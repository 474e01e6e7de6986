using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Benchmarks.Driving;
using Gateway.Core.Images;

namespace Gateway.Benchmarks.Micro;

/// <summary>
/// Sizing a picture of 20 MB whose base64 text was scanned, and the scan itself: 26.7 MB of text divided by its time is its speed.
/// </summary>
public class ImageProbeBenchmarks
{
    private byte[] _png = [];
    private byte[] _jpeg = [];
    private Base64Shape _pngShape;
    private Base64Shape _jpegShape;

    [GlobalSetup]
    public void SetUp()
    {
        _png = Base64(ChatBodies.Png(4096, 4096, Samples.LargeImageBytes));
        _jpeg = Base64(ChatBodies.Jpeg(4096, 4096, Samples.LargeImageBytes, metadata: 200_000));
        Base64Shape.TryScan(_png, jsonEscaped: false, out _pngShape);
        Base64Shape.TryScan(_jpeg, jsonEscaped: false, out _jpegShape);
        if (!Png() || !Jpeg())
        {
            throw new InvalidOperationException("The sample pictures are refused.");
        }
    }

    [Benchmark]
    public bool Png() => ImageProbe.TryInspectBase64(_png, jsonEscaped: false, _pngShape, ImageLimits.Default, out _, out _);

    /// <summary>With 200 KB of metadata before the frame's header.</summary>
    [Benchmark]
    public bool Jpeg() => ImageProbe.TryInspectBase64(_jpeg, jsonEscaped: false, _jpegShape, ImageLimits.Default, out _, out _);

    [Benchmark]
    public bool Base64Scan() => Base64Shape.TryScan(_png, jsonEscaped: false, out _);

    private static byte[] Base64(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
}
