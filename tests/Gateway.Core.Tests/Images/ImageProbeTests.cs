using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class ImageProbeTests
{
    private static readonly ImageHeader Expected = new(ImageFormat.Png, new ImageSize(2048, 4096), Animated: false);

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:IMAGE/PNG;BASE64,")]
    [InlineData("data:image/png;charset=utf-8;base64,")]
    [InlineData("data:image/jpeg;base64,")]
    [InlineData("data:image/x-unheard-of;base64,")]
    public void Bytes_decide_whatever_image_type_is_declared(string prefix)
    {
        DataUrls.Inspect(DataUrls.Of(PngBytes.Of(2048, 4096), prefix), out ImageHeader header).ShouldBe(ImageProblem.None);

        header.ShouldBe(Expected);
    }

    [Theory]
    [InlineData("data:text/plain;base64,", ImageProblem.NotAnImageType)]
    [InlineData("data:;base64,", ImageProblem.NotAnImageType)]
    [InlineData("data:application/octet-stream;base64,", ImageProblem.NotAnImageType)]
    [InlineData("data:image/png,", ImageProblem.MalformedDataUri)]
    [InlineData("data:image/png;base64", ImageProblem.MalformedDataUri)]
    [InlineData("http://example.com/", ImageProblem.MalformedDataUri)]
    [InlineData("", ImageProblem.MalformedDataUri)]
    public void Refused_prefixes_say_why(string prefix, ImageProblem expected)
    {
        DataUrls.Inspect(DataUrls.Of(PngBytes.Of(2048, 4096), prefix), out ImageHeader header).ShouldBe(expected);

        header.ShouldBe(default);
    }

    [Fact]
    public void Every_way_of_writing_the_payload_gives_the_same_size()
    {
        byte[] image = PngBytes.Of(2048, 4096, more: 1000);
        foreach ((string text, bool jsonEscaped) in DataUrls.Variants(image))
        {
            byte[] url = Encoding.UTF8.GetBytes("data:image/png;base64," + text);

            DataUrls.Inspect(url, out ImageHeader header, jsonEscaped).ShouldBe(ImageProblem.None, text);
            header.ShouldBe(Expected);
        }
    }

    [Fact]
    public void Slashes_as_php_escapes_them_are_read_throughout()
    {
        string url = Encoding.UTF8.GetString(DataUrls.Of(PngBytes.Of(2048, 4096, more: 5000))).Replace("/", "\\/", StringComparison.Ordinal);

        DataUrls.Inspect(Encoding.UTF8.GetBytes(url), out ImageHeader header, jsonEscaped: true).ShouldBe(ImageProblem.None);

        header.ShouldBe(Expected);
        DataUrls.Inspect(Encoding.UTF8.GetBytes(url), out _, jsonEscaped: false).ShouldBe(ImageProblem.NotAnImageType);
    }

    [Fact]
    public void Broken_base64_anywhere_in_the_tail_is_refused()
    {
        byte[] url = DataUrls.Of(PngBytes.Of(2048, 4096, more: 3000));
        for (int at = 22; at < url.Length; at++)
        {
            byte sound = url[at];
            url[at] = (byte)'*';
            DataUrls.Inspect(url, out _).ShouldBe(ImageProblem.NotBase64);
            url[at] = sound;
        }

        DataUrls.Inspect(url, out _).ShouldBe(ImageProblem.None);
        DataUrls.Inspect([.. url, (byte)'A'], out _).ShouldBe(ImageProblem.NotBase64);
    }

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:image/png;base64,  ")]
    public void Empty_payload_is_empty(string url) =>
        DataUrls.Inspect(Encoding.UTF8.GetBytes(url), out _).ShouldBe(ImageProblem.Empty);

    [Theory]
    [InlineData(-1, ImageProblem.None)]
    [InlineData(0, ImageProblem.None)]
    [InlineData(1, ImageProblem.TooLarge)]
    [InlineData(2, ImageProblem.TooLarge)]
    public void Limit_of_20_MiB_counts_decoded_bytes_and_is_inclusive(int beyond, ImageProblem expected)
    {
        byte[] image = PngBytes.Of(10, 10, more: (20 * 1024 * 1024) - 33 + beyond);

        DataUrls.Inspect(DataUrls.Of(image), out _).ShouldBe(expected);
        ImageProbe.TryInspect(image, ImageLimits.Default, out _, out ImageProblem problem);
        problem.ShouldBe(expected);
    }

    [Theory]
    [InlineData(ImageFormats.Png)]
    [InlineData(ImageFormats.Jpeg)]
    [InlineData(ImageFormats.Webp)]
    [InlineData(ImageFormats.Gif)]
    public void Formats_that_are_not_let_in_are_unsupported(ImageFormats only)
    {
        ImageLimits limits = ImageLimits.Default with { Formats = only };
        (ImageFormats Format, byte[] Bytes)[] images =
        [
            (ImageFormats.Png, PngBytes.Of(10, 10)),
            (ImageFormats.Jpeg, JpegBytes.Of(10, 10)),
            (ImageFormats.Webp, WebpBytes.Lossy(10, 10)),
            (ImageFormats.Gif, GifBytes.Still(10, 10)),
        ];
        foreach ((ImageFormats format, byte[] bytes) in images)
        {
            ImageProbe.TryInspect(bytes, limits, out _, out ImageProblem problem);

            problem.ShouldBe(format == only ? ImageProblem.None : ImageProblem.UnsupportedFormat);
        }
    }

    [Fact]
    public void Header_may_be_read_apart_from_the_scan()
    {
        byte[] url = DataUrls.Of(PngBytes.Of(2048, 4096, more: 100));
        DataUri.TryParse(url, false, out DataUri uri).ShouldBeTrue();
        Base64Shape.TryScan(uri.Payload, false, out Base64Shape shape).ShouldBeTrue();

        ImageProbe.TryInspectBase64(uri.Payload, false, shape, ImageLimits.Default, out ImageHeader header, out _).ShouldBeTrue();

        header.ShouldBe(Expected);
    }

    [Fact]
    public void Nothing_is_allocated_for_any_format()
    {
        byte[][] urls =
        [
            DataUrls.Of(PngBytes.Of(10, 10, more: 100_000)),
            DataUrls.Of(new JpegBytes().Segment(0xE1, new byte[60_000]).Frame(10, 10).ToArray()),
            DataUrls.Of(WebpBytes.Extended(10, 10, animated: true)),
            DataUrls.Of(GifBytes.Still(10, 10)),
        ];
        long allocated = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool sound = true;
            foreach (byte[] url in urls)
            {
                sound &= ImageProbe.TryInspectDataUri(url, true, ImageLimits.Default, out _, out _);
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            sound.ShouldBeTrue();
        }

        allocated.ShouldBe(0);
    }
}
