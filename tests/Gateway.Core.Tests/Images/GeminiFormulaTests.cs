using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class GeminiFormulaTests
{
    private static readonly ImageFormula Formula = Named("gemini-258");

    [Theory]
    [InlineData(1, 1, 258)]
    [InlineData(384, 384, 258)]
    [InlineData(384, 1, 258)]
    [InlineData(385, 384, 1032)]
    [InlineData(512, 512, 1032)]
    [InlineData(960, 540, 1548)]
    [InlineData(1024, 1024, 1032)]
    [InlineData(1080, 1350, 1032)]
    [InlineData(1920, 1080, 1548)]
    [InlineData(3840, 2160, 1548)]
    [InlineData(400, 100, 3612)]
    public void Image_counts_its_crops_whatever_the_detail(int width, int height, long tokens)
    {
        ImageSize size = new(width, height);
        foreach (ImageDetail detail in Enum.GetValues<ImageDetail>())
        {
            Formula.Count(size, detail).ShouldBe(new ImageCount(ImageDetail.High, size, ImageUnit.Tile, (int)(tokens / 258), tokens));
        }
    }

    [Theory]
    [InlineData(10_000, 10)]
    [InlineData(1, 385)]
    [InlineData(500, 2)]
    [InlineData(int.MaxValue, 1)]
    public void Thin_images_count_16_crops_at_most(int width, int height) =>
        Formula.Count(new ImageSize(width, height), ImageDetail.High).Tokens.ShouldBe(16 * 258);

    [Fact]
    public void Largest_is_16_crops() =>
        Formula.Largest(ImageDetail.Auto).ShouldBe(new ImageCount(ImageDetail.High, default, ImageUnit.Tile, 16, 4128));

    [Fact]
    public void Any_size_counts_one_crop_or_4_to_16_and_the_same_when_turned()
    {
        Random random = new(258);
        for (int i = 0; i < 100_000; i++)
        {
            int most = random.Next(3) == 0 ? ImageSize.MaxSide : 1500;
            ImageSize size = new(random.Next(1, most), random.Next(1, most));
            ImageCount count = Formula.Count(size, ImageDetail.High);

            Assert.InRange(count.Units, size.Longest <= 384 ? 1 : 4, size.Longest <= 384 ? 1 : 16);
            Assert.Equal(258L * count.Units, count.Tokens);
            Assert.Equal(count.Tokens, Formula.Count(new ImageSize(size.Height, size.Width), ImageDetail.High).Tokens);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    public void Image_without_extent_is_a_bug_of_the_caller(int width, int height) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Formula.Count(new ImageSize(width, height), ImageDetail.High));

    private static ImageFormula Named(string name)
    {
        ImageFormulas.TryGet(name, out ImageFormula? formula).ShouldBeTrue(name);
        return formula.ShouldNotBeNull();
    }
}
