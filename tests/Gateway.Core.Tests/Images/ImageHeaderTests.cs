using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class ImageHeaderTests
{
    [Theory]
    [InlineData(1u, 1u)]
    [InlineData(2048u, 4096u)]
    [InlineData(65_535u, 65_535u)]
    public void Png_tells_its_size(uint width, uint height) =>
        ShouldBe(PngBytes.Of(width, height, more: 10), ImageFormat.Png, (int)width, (int)height);

    [Theory]
    [InlineData(0u, 10u)]
    [InlineData(10u, 0u)]
    [InlineData(0u, 0u)]
    [InlineData(65_536u, 10u)]
    [InlineData(10u, 65_536u)]
    [InlineData(0x7FFF_FFFFu, 1u)]
    [InlineData(0x8000_0000u, 1u)]
    [InlineData(0xFFFF_FFFFu, 0xFFFF_FFFFu)]
    public void Implausible_sizes_are_refused(uint width, uint height) =>
        Problem(PngBytes.Of(width, height)).ShouldBe(ImageProblem.Unreadable);

    [Fact]
    public void Png_whose_first_chunk_is_no_header_is_refused()
    {
        byte[] bytes = PngBytes.Of(10, 10);
        bytes[12] = (byte)'i';

        Problem(bytes).ShouldBe(ImageProblem.Unreadable);
    }

    [Fact]
    public void Animated_png_is_a_png()
    {
        byte[] bytes = [.. PngBytes.Of(64, 32), 0, 0, 0, 8, .. "acTL"u8, 0, 0, 0, 3, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 26, .. "fcTL"u8, .. new byte[30]];

        ShouldBe(bytes, ImageFormat.Png, 64, 32);
    }

    [Theory]
    [InlineData(0xC0, 3)]
    [InlineData(0xC1, 3)]
    [InlineData(0xC2, 3)]
    [InlineData(0xC0, 1)]
    [InlineData(0xC0, 4)]
    [InlineData(0xC2, 4)]
    [InlineData(0xC3, 3)]
    [InlineData(0xC9, 3)]
    [InlineData(0xCF, 3)]
    public void Jpeg_of_any_coding_and_colours_tells_its_size(byte frame, int components) =>
        ShouldBe(JpegBytes.Of(1920, 1080, frame, components), ImageFormat.Jpeg, 1920, 1080);

    [Fact]
    public void Jpeg_with_200_KB_of_metadata_and_a_thumbnail_before_its_frame_tells_its_size()
    {
        byte[] thumbnail = [.. "Exif\0\0"u8, .. JpegBytes.Of(160, 120), .. new byte[50_000]];
        byte[] bytes = new JpegBytes()
            .Segment(0xE1, thumbnail).Segment(0xE1, new byte[65_533]).Segment(0xE2, new byte[65_533]).Segment(0xED, new byte[20_000])
            .Segment(0xFE, "a comment"u8).Segment(0xDB, new byte[65]).Segment(0xC4, new byte[400]).Segment(0xC8, []).Segment(0xCC, [0])
            .Frame(4000, 3000).Scan().ToArray();

        ShouldBe(bytes, ImageFormat.Jpeg, 4000, 3000);
    }

    [Fact]
    public void Jpeg_with_fill_bytes_stray_bytes_and_lone_marks_tells_its_size()
    {
        byte[] bytes = new JpegBytes()
            .Raw(0xFF, 0xFF, 0xFF).Segment(0xE0, [1, 2, 3]).Raw(0x00, 0x17, 0xFF, 0x00).Raw(0xFF, 0x01, 0xFF, 0xD3)
            .Raw(0xFF, 0xFF).Frame(30, 20).ToArray();

        ShouldBe(bytes, ImageFormat.Jpeg, 30, 20);
    }

    [Fact]
    public void Jpeg_of_endless_segments_is_given_up()
    {
        JpegBytes few = new();
        JpegBytes many = new();
        for (int i = 0; i < JpegHeader.MaxSteps; i++)
        {
            _ = i < JpegHeader.MaxSteps - 1 ? few.Segment(0xE0, []) : few.Frame(3, 2);
            many.Segment(0xE0, []);
        }

        ShouldBe(few.ToArray(), ImageFormat.Jpeg, 3, 2);
        Problem(many.Frame(3, 2).ToArray()).ShouldBe(ImageProblem.Unreadable);
        Problem([0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 1_000_000)]).ShouldBe(ImageProblem.Unreadable);
        Problem([0xFF, 0xD8, 0xFF, .. new byte[1_000_000]]).ShouldBe(ImageProblem.Unreadable);
    }

    [Fact]
    public void Jpeg_without_a_sound_frame_is_unreadable()
    {
        Problem(new JpegBytes().Scan().Frame(3, 2).ToArray()).ShouldBe(ImageProblem.Unreadable);
        Problem(new JpegBytes().Raw(0xFF, 0xD9).Frame(3, 2).ToArray()).ShouldBe(ImageProblem.Unreadable);
        Problem(new JpegBytes().Raw(0xFF, 0xD8).Frame(3, 2).ToArray()).ShouldBe(ImageProblem.Unreadable);
        Problem(new JpegBytes().Raw(0xFF, 0xE0, 0, 1).Frame(3, 2).ToArray()).ShouldBe(ImageProblem.Unreadable);
        Problem(JpegBytes.Of(3, 0)).ShouldBe(ImageProblem.Unreadable);
        Problem(JpegBytes.Of(0, 3)).ShouldBe(ImageProblem.Unreadable);
        Problem(JpegBytes.Of(3, 2, components: 0)).ShouldBe(ImageProblem.Unreadable);
        Problem(new JpegBytes().Raw(0xFF, 0xC0, 0, 11, 8, 0, 2, 0, 3, 3, 1, 1, 1, 1, 1).ToArray()).ShouldBe(ImageProblem.Unreadable);
    }

    [Fact]
    public void Webp_of_each_kind_tells_its_size()
    {
        ShouldBe(WebpBytes.Lossy(16_383, 1), ImageFormat.Webp, 16_383, 1);
        ShouldBe(WebpBytes.Lossy(640, 480, scale: 3), ImageFormat.Webp, 640, 480);
        ShouldBe(WebpBytes.Lossless(1, 16_384), ImageFormat.Webp, 1, 16_384);
        ShouldBe(WebpBytes.Lossless(800, 600, alpha: true), ImageFormat.Webp, 800, 600);
        ShouldBe(WebpBytes.Extended(1, 65_535, animated: false), ImageFormat.Webp, 1, 65_535);
        ShouldBe(WebpBytes.Extended(3000, 2000, animated: true), ImageFormat.Webp, 3000, 2000, animated: true);
    }

    [Fact]
    public void Webp_that_lies_is_unreadable()
    {
        Problem(WebpBytes.Lossy(0, 480)).ShouldBe(ImageProblem.Unreadable);
        Problem(WebpBytes.Extended(65_536, 1, animated: false)).ShouldBe(ImageProblem.Unreadable);
        Problem(WebpBytes.Extended(1, 1 << 24, animated: false)).ShouldBe(ImageProblem.Unreadable);
        Problem(WebpBytes.File("XMP "u8, new byte[20])).ShouldBe(ImageProblem.Unreadable);
        Problem(Changed(WebpBytes.Lossy(640, 480), 20, 0x01)).ShouldBe(ImageProblem.Unreadable);
        Problem(Changed(WebpBytes.Lossy(640, 480), 23, 0x01)).ShouldBe(ImageProblem.Unreadable);
        Problem(Changed(WebpBytes.Lossless(640, 480), 20, 0x01)).ShouldBe(ImageProblem.Unreadable);
        Problem(Changed(WebpBytes.Lossless(640, 480), 24, 0x80)).ShouldBe(ImageProblem.Unreadable);
    }

    [Fact]
    public void Still_gif_tells_its_size()
    {
        ShouldBe(GifBytes.Still(320, 200), ImageFormat.Gif, 320, 200);
        ShouldBe(new GifBytes(65_535, 1, colours: 0).Frame(1, 1, 10, colours: 256).Trailer(), ImageFormat.Gif, 65_535, 1);
        ShouldBe(new GifBytes(9, 8, colours: 256).Loop().Comment(1000).Control().Frame(9, 8, 70_000).Comment(600).Trailer(), ImageFormat.Gif, 9, 8);
    }

    [Fact]
    public void Gif_of_more_than_one_frame_is_refused()
    {
        Problem(GifBytes.Animated(320, 200)).ShouldBe(ImageProblem.AnimatedGif);
        Problem(new GifBytes(9, 8, 0).Frame(9, 8, 5000, colours: 2).Raw(0x00).Comment(900).Frame(1, 1, 1).ToArray()).ShouldBe(ImageProblem.AnimatedGif);
    }

    [Fact]
    public void Gif_that_ends_after_its_first_frame_is_still()
    {
        byte[] bytes = GifBytes.Animated(320, 200);
        int second = Array.LastIndexOf(bytes, (byte)0x21);

        ShouldBe(bytes[..second], ImageFormat.Gif, 320, 200);
        ShouldBe(bytes[..(second - 500)], ImageFormat.Gif, 320, 200);
        ShouldBe(new GifBytes(7, 7).Frame(7, 7, 10).Raw(0x99).Frame(7, 7, 10).Trailer(), ImageFormat.Gif, 7, 7);
        ShouldBe([.. GifBytes.Still(7, 7), .. GifBytes.Still(7, 7)], ImageFormat.Gif, 7, 7);
    }

    [Fact]
    public void Gif_screen_is_enlarged_to_hold_its_first_frame()
    {
        ShouldBe(new GifBytes(0, 0).Frame(40, 30, 10).Trailer(), ImageFormat.Gif, 40, 30);
        ShouldBe(new GifBytes(1, 1).Frame(2000, 1000, 10, left: 48, top: 24).Trailer(), ImageFormat.Gif, 2048, 1024);
        ShouldBe(new GifBytes(50, 10).Frame(40, 30, 10).Trailer(), ImageFormat.Gif, 50, 30);
        Problem(new GifBytes(1, 1).Frame(65_535, 1, 10, left: 1).Trailer()).ShouldBe(ImageProblem.Unreadable);
        Problem(new GifBytes(0, 0).Frame(0, 0, 10).Trailer()).ShouldBe(ImageProblem.Unreadable);
    }

    [Fact]
    public void Gif_without_a_frame_is_refused()
    {
        Problem(new GifBytes(10, 10).Control().Trailer()).ShouldBe(ImageProblem.Unreadable);
        Problem(new GifBytes(10, 10).Control().ToArray()).ShouldBe(ImageProblem.Truncated);
        Problem(new GifBytes(10, 10).Raw(0x2C, 0, 0).ToArray()).ShouldBe(ImageProblem.Truncated);
    }

    [Fact]
    public void Header_that_ends_early_is_truncated()
    {
        foreach ((byte[] bytes, int needed) in new[]
        {
            (PngBytes.Of(10, 10), 33),
            (new JpegBytes().Segment(0xE1, new byte[500]).Frame(10, 10).ToArray(), 2 + 504 + 10),
            (WebpBytes.Lossy(10, 10), 30),
            (WebpBytes.Lossless(10, 10), 25),
            (WebpBytes.Extended(10, 10, animated: false), 30),
            (GifBytes.Still(10, 10), 13 + 12 + 8 + 10),
        })
        {
            for (int length = 12; length < needed; length++)
            {
                Problem(bytes[..length]).ShouldBe(ImageProblem.Truncated, $"{length} of {needed}");
            }

            Problem(bytes[..needed]).ShouldBe(ImageProblem.None);
        }
    }

    [Theory]
    [InlineData("%PDF-1.7 and more than twelve bytes")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("BM6\u0003\0\0\0\0\0\0006\0\0\0(\0\0\0")]
    [InlineData("RIFF\0\0\0\0WAVEfmt ")]
    [InlineData("GIF88a and so on and on")]
    [InlineData("\u0089PN")]
    [InlineData("x")]
    public void Other_bytes_are_no_supported_format(string bytes) =>
        Problem(Encoding.Latin1.GetBytes(bytes)).ShouldBe(ImageProblem.UnsupportedFormat);

    [Fact]
    public void No_bytes_are_empty() => Problem([]).ShouldBe(ImageProblem.Empty);

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }

    // The same through memory and through base64, compact or not.
    private static ImageProblem Problem(byte[] bytes) => Inspect(bytes).Problem;

    private static void ShouldBe(byte[] bytes, ImageFormat format, int width, int height, bool animated = false) =>
        Inspect(bytes).ShouldBe((ImageProblem.None, new ImageHeader(format, new ImageSize(width, height), animated)));

    private static (ImageProblem Problem, ImageHeader Header) Inspect(byte[] bytes)
    {
        ImageProbe.TryInspect(bytes, ImageLimits.Default, out ImageHeader header, out ImageProblem problem)
            .ShouldBe(problem is ImageProblem.None);
        foreach ((string text, bool jsonEscaped) in DataUrls.Variants(bytes))
        {
            byte[] url = Encoding.UTF8.GetBytes("data:image/png;base64," + text);
            DataUrls.Inspect(url, out ImageHeader encoded, jsonEscaped).ShouldBe(problem);
            encoded.ShouldBe(header);
        }

        return (problem, header);
    }
}
