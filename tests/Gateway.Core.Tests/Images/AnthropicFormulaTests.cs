using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class AnthropicFormulaTests
{
    private static readonly ImageFormula Standard = Named("anthropic-standard");
    private static readonly ImageFormula High = Named("anthropic-high");

    [Theory]
    [InlineData(28, 28, 1, 1)]
    [InlineData(29, 28, 2, 2)]
    [InlineData(200, 200, 64, 64)]
    [InlineData(1000, 1000, 1296, 1296)]
    [InlineData(1092, 1092, 1521, 1521)]
    [InlineData(1920, 1080, 1560, 2691)]
    [InlineData(8000, 8000, 1521, 4761)]
    public void Each_tier_counts_as_published_whatever_the_detail(int width, int height, long standard, long high)
    {
        foreach (ImageDetail detail in Enum.GetValues<ImageDetail>())
        {
            ImageCount count = Standard.Count(new ImageSize(width, height), detail);

            (count.Detail, count.Unit, count.Units, count.Tokens).ShouldBe((ImageDetail.High, ImageUnit.Patch, (int)standard, standard));
            High.Count(new ImageSize(width, height), detail).Tokens.ShouldBe(high);
        }
    }

    [Theory]
    [InlineData("anthropic-standard", 1920, 1080, 1456, 819)]
    [InlineData("anthropic-standard", 1080, 1920, 819, 1456)]
    [InlineData("anthropic-standard", 8000, 8000, 1092, 1092)]
    [InlineData("anthropic-high", 8000, 8000, 1932, 1932)]
    [InlineData("anthropic-high", 1920, 1080, 1920, 1080)]
    [InlineData("anthropic-standard", 1568, 784, 1568, 784)]
    [InlineData("anthropic-high", 2576, 1456, 2576, 1456)]
    [InlineData("anthropic-standard", 1569, 1, 1568, 1)]
    [InlineData("anthropic-standard", 1, 65_535, 1, 1568)]
    public void Image_is_scaled_to_the_longest_side_that_keeps_both_limits(string name, int width, int height, int scaledWidth, int scaledHeight) =>
        Named(name).Count(new ImageSize(width, height), ImageDetail.Auto).Scaled.ShouldBe(new ImageSize(scaledWidth, scaledHeight));

    [Theory]
    [InlineData(112, 5, 56, 2)] // 2.5
    [InlineData(112, 7, 56, 4)] // 3.5
    [InlineData(112, 6, 56, 3)]
    [InlineData(3, 112, 2, 56)] // 1.5
    public void Half_a_pixel_is_rounded_to_even(int width, int height, int scaledWidth, int scaledHeight) =>
        new AnthropicFormula(56, 100).Count(new ImageSize(width, height), ImageDetail.High).Scaled
            .ShouldBe(new ImageSize(scaledWidth, scaledHeight));

    [Fact]
    public void Largest_is_all_the_tokens_of_the_tier()
    {
        Standard.Largest(ImageDetail.Auto).ShouldBe(new ImageCount(ImageDetail.High, default, ImageUnit.Patch, 1568, 1568));
        High.Largest(ImageDetail.Low).Tokens.ShouldBe(4784);
        Standard.Count(new ImageSize(1568, 784), ImageDetail.High).Tokens.ShouldBe(1568);
        High.Count(new ImageSize(2576, 1456), ImageDetail.High).Tokens.ShouldBe(4784);
    }

    [Fact]
    public void Any_size_is_scaled_as_a_search_of_every_side_would()
    {
        Random random = new(28);
        foreach ((ImageFormula formula, int maxSide, int maxTokens) in new[] { (Standard, 1568, 1568), (High, 2576, 4784) })
        {
            for (int i = 0; i < 20_000; i++)
            {
                ImageSize size = new(Side(random), Side(random));
                ImageCount count = formula.Count(size, ImageDetail.High);
                ImageCount turned = formula.Count(new ImageSize(size.Height, size.Width), ImageDetail.High);

                Assert.Equal(Search(size, maxSide, maxTokens), count.Scaled);
                Assert.Equal(Tokens(count.Scaled), count.Tokens);
                Assert.InRange(count.Tokens, 1, maxTokens);
                Assert.Equal(count.Tokens, turned.Tokens);
                Assert.Equal(new ImageSize(count.Scaled.Height, count.Scaled.Width), turned.Scaled);
                Assert.True(count.Scaled.Width <= size.Width && count.Scaled.Height <= size.Height);
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    public void Image_without_extent_is_a_bug_of_the_caller(int width, int height) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Standard.Count(new ImageSize(width, height), ImageDetail.High));

    [Theory]
    [InlineData(27, 1)]
    [InlineData(65_536, 1)]
    [InlineData(28, 0)]
    public void Limits_out_of_range_are_a_bug_of_the_caller(int maxSide, int maxTokens) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new AnthropicFormula(maxSide, maxTokens));

    [Fact]
    public void Extreme_sizes_do_not_overflow()
    {
        Standard.Count(new ImageSize(int.MaxValue, int.MaxValue), ImageDetail.High).Tokens.ShouldBe(1521);
        Standard.Count(new ImageSize(int.MaxValue, 1), ImageDetail.High).Tokens.ShouldBe(56);
        new AnthropicFormula(1568, 1568).Name.ShouldBe("anthropic-1568-1568");
    }

    private static ImageFormula Named(string name)
    {
        ImageFormulas.TryGet(name, out ImageFormula? formula).ShouldBeTrue(name);
        return formula.ShouldNotBeNull();
    }

    private static ImageSize Search(ImageSize size, int maxSide, int maxTokens)
    {
        if (Fits(size))
        {
            return size;
        }

        // Nothing longer than the limit fits, so the search need not begin above it.
        for (int longest = Math.Min(size.Longest - 1, maxSide); longest > 1; longest--)
        {
            int shortest = Math.Max((int)Math.Round((decimal)longest * size.Shortest / size.Longest, MidpointRounding.ToEven), 1);
            ImageSize scaled = size.Width >= size.Height ? new ImageSize(longest, shortest) : new ImageSize(shortest, longest);
            if (Fits(scaled))
            {
                return scaled;
            }
        }

        return new ImageSize(1, 1);

        bool Fits(ImageSize each) => Math.Ceiling(each.Longest / 28m) * 28 <= maxSide && Tokens(each) <= maxTokens;
    }

    private static long Tokens(ImageSize size) => (long)(Math.Ceiling(size.Width / 28m) * Math.Ceiling(size.Height / 28m));

    private static int Side(Random random) => random.Next(4) switch
    {
        0 => random.Next(1, 200),
        1 => random.Next(1, 3000),
        2 => random.Next(1, ImageSize.MaxSide + 1),
        _ => Math.Max((random.Next(1, 100) * 28) + random.Next(-1, 2), 1),
    };
}
