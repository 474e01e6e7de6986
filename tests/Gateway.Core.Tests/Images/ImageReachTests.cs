using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

/// <summary>The probe looks no further into the bytes than it says.</summary>
public sealed class ImageReachTests
{
    private const int Rounds = 100_000;
    private const int GroupLength = 3;
    private const int GroupSymbols = 4;

    // A read begins with a group of base64 and goes on for one window.
    private const int MostAhead = GroupLength + ImageBytes.WindowLength;

    [Fact]
    public void Bytes_beyond_the_reach_of_a_header_do_not_change_the_answer()
    {
        Random random = new(11);
        int beyond = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Image(random, round);
            int reach = ImageReach.Of(bytes);
            (ImageProblem, ImageHeader) expected = Inspect(bytes);

            Assert.Equal(expected, Inspect(bytes.AsSpan(0, reach)));
            random.NextBytes(bytes.AsSpan(reach));
            Assert.Equal(expected, Inspect(bytes));
            beyond += reach < bytes.Length ? 1 : 0;
        }

        beyond.ShouldBeGreaterThan(Rounds / 2);
    }

    [Fact]
    public void Base64_beyond_the_reach_of_a_header_does_not_change_the_answer()
    {
        Random random = new(12);
        int beyond = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Image(random, round);
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
            Base64Shape.TryScan(text, false, out Base64Shape shape).ShouldBeTrue();
            int reach = ReachOfText(bytes);
            if (reach >= text.Length)
            {
                continue;
            }

            text.AsSpan(reach).Fill((byte)'*');
            ImageProbe.TryInspectBase64(text, false, shape, ImageLimits.Default, out ImageHeader header, out ImageProblem problem);

            Assert.Equal(Inspect(bytes), (problem, header));
            beyond++;
        }

        beyond.ShouldBeGreaterThan(Rounds / 2);
    }

    [Fact]
    public void No_byte_beyond_the_reach_of_a_header_is_read()
    {
        Assert.SkipUnless(GuardedMemory.IsSupported, "memory is guarded on Linux alone");
        using GuardedMemory memory = new();
        Random random = new(13);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Image(random, round);
            int reach = ImageReach.Of(bytes);
            if (reach == bytes.Length)
            {
                // Cut short in its header: what follows would be read, and rightly so.
                continue;
            }

            ReadOnlySpan<byte> guarded = memory.Before(bytes.AsSpan(0, reach), random.Next(1, 1 << 24));

            Assert.Equal(Inspect(bytes), Inspect(guarded));
        }
    }

    [Fact]
    public void No_base64_beyond_the_reach_of_a_header_is_read()
    {
        Assert.SkipUnless(GuardedMemory.IsSupported, "memory is guarded on Linux alone");
        using GuardedMemory memory = new();
        Random random = new(14);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Image(random, round);
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
            int reach = ReachOfText(bytes);
            if (reach >= text.Length)
            {
                continue;
            }

            ReadOnlySpan<byte> guarded = memory.Before(text.AsSpan(0, reach), GroupSymbols * random.Next(1, 1 << 20));
            Base64Shape shape = new(guarded.Length, IsCompact: true);
            ImageProbe.TryInspectBase64(guarded, false, shape, ImageLimits.Default, out ImageHeader header, out ImageProblem problem);

            Assert.Equal(Inspect(bytes), (problem, header));
        }
    }

    [Fact]
    public void Reach_is_what_each_format_needs()
    {
        ImageReach.Of(PngBytes.Of(10, 10, more: 1000)).ShouldBe(33);
        ImageReach.Of([.. WebpBytes.Lossy(10, 10), .. new byte[100]]).ShouldBe(30);
        ImageReach.Of(new JpegBytes().Segment(0xE1, new byte[500]).Frame(10, 10).Scan().ToArray()).ShouldBe(2 + 504 + 10);
        ImageReach.Of([.. GifBytes.Still(10, 10), 1, 2, 3]).ShouldBe(GifBytes.Still(10, 10).Length);
        byte[] animated = new GifBytes(8, 8).Frame(8, 8, 900).Frame(8, 8, 900).Trailer();
        ImageReach.Of(animated).ShouldBe(new GifBytes(8, 8).Frame(8, 8, 900).ToArray().Length + 1);
    }

    // A mutated image with something behind it, now and then nothing.
    private static byte[] Image(Random random, int round)
    {
        byte[] image = HostileImages.Mutate(random, HostileImages.Seeds[round % HostileImages.Seeds.Length]);
        byte[] behind = new byte[random.Next(4) == 0 ? 0 : random.Next(400)];
        random.NextBytes(behind);
        return [.. image, .. behind];
    }

    // To the end of the group that holds the last byte.
    private static int ReachOfText(byte[] bytes) =>
        (ImageReach.Of(bytes) + MostAhead + GroupLength - 1) / GroupLength * GroupSymbols;

    private static (ImageProblem Problem, ImageHeader Header) Inspect(ReadOnlySpan<byte> bytes)
    {
        ImageProbe.TryInspect(bytes, ImageLimits.Default, out ImageHeader header, out ImageProblem problem);
        return (problem, header);
    }
}
