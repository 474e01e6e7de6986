using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

/// <summary>Whatever the bytes are, the probe answers: it does not throw, and it says the same through every way in.</summary>
public sealed class HostileImageTests
{
    private const int Rounds = 100_000;

    [Fact]
    public void Mutated_images_never_throw_and_read_the_same_in_memory_and_in_base64()
    {
        Random random = new(7);
        int sound = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = HostileImages.Mutate(random, HostileImages.Seeds[round % HostileImages.Seeds.Length]);
            byte[] url = Encode(random, bytes, out bool jsonEscaped);

            ImageProbe.TryInspect(bytes, ImageLimits.Default, out ImageHeader header, out ImageProblem problem);
            ImageProblem encodedProblem = DataUrls.Inspect(url, out ImageHeader encoded, jsonEscaped);

            Assert.Equal(problem, encodedProblem);
            Assert.Equal(header, encoded);
            Assert.Equal(problem is ImageProblem.None, header.Size.IsPlausible);
            sound += problem is ImageProblem.None ? 1 : 0;
        }

        // Were all refused, or none, the mutations would test nothing.
        sound.ShouldBeInRange(Rounds / 20, Rounds * 19 / 20);
    }

    [Fact]
    public void Mutated_urls_never_throw()
    {
        Random random = new(8);
        HashSet<ImageProblem> seen = [];
        for (int round = 0; round < Rounds; round++)
        {
            byte[] url = HostileImages.Mutate(random, Encode(random, HostileImages.Seeds[round % HostileImages.Seeds.Length], out bool jsonEscaped));

            bool accepted = ImageProbe.TryInspectDataUri(url, jsonEscaped, ImageLimits.Default, out ImageHeader header, out ImageProblem problem);

            Assert.Equal(accepted, problem is ImageProblem.None);
            Assert.Equal(accepted, header.Format is not ImageFormat.Unknown);
            seen.Add(problem);
        }

        seen.Count.ShouldBeGreaterThan(6);
    }

    [Fact]
    public void Random_bytes_behind_each_signature_never_throw()
    {
        Random random = new(9);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            byte[] seed = HostileImages.Seeds[round % HostileImages.Seeds.Length];
            seed.AsSpan(0, Math.Min(random.Next(24), bytes.Length)).CopyTo(bytes);

            bool accepted = ImageProbe.TryInspect(bytes, ImageLimits.Default, out ImageHeader header, out _);

            Assert.Equal(accepted, header.Size.IsPlausible);
        }
    }

    [Fact]
    public void Base64_text_agrees_with_the_framework_wherever_both_judge()
    {
        Random random = new(10);
        ReadOnlySpan<byte> alphabet = "AZaz09+/=\r\n *"u8;
        int valid = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = random.GetItems(alphabet, random.Next(1, 24));
            string characters = Encoding.ASCII.GetString(text);
            bool expected = System.Buffers.Text.Base64.IsValid(text, out int length);
            bool accepted = Base64Shape.TryScan(text, false, out Base64Shape shape);

            // Ours forgives padding that is missing, the framework's does not.
            if (expected)
            {
                Assert.True(accepted, characters);
                Assert.Equal(length, shape.Length);
                byte[] decoded = new byte[length];
                Assert.Equal(length, new Base64Source(text, false, shape).Read(0, decoded));
                Assert.Equal(Convert.FromBase64String(characters), decoded);
                valid++;
            }
            else if (accepted)
            {
                Assert.True(shape.Symbols % 4 > 1, characters);
            }
        }

        valid.ShouldBeGreaterThan(100);
    }

    private static byte[] Encode(Random random, ReadOnlySpan<byte> bytes, out bool jsonEscaped)
    {
        (string text, jsonEscaped) = random.Next(5) switch
        {
            0 => (Convert.ToBase64String(bytes).Replace("/", "\\/", StringComparison.Ordinal), true),
            1 => (Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks), false),
            2 => (Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'), true),
            _ => (Convert.ToBase64String(bytes), random.Next(2) == 0),
        };
        return Encoding.UTF8.GetBytes("data:image/png;base64," + text);
    }
}
