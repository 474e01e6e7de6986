using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class ImageModelFormulaTests
{
    private static readonly ImageFormula Formula = ImageFormulas.TryGet("openai-image-65-129", out var formula) ? formula : throw new InvalidOperationException("There is no such formula.");

    [Theory]
    [InlineData(1024, 1024, 194)] // 512 x 512: one tile
    [InlineData(512, 512, 194)]
    [InlineData(100, 50, 194)]
    [InlineData(1024, 1536, 323)] // 512 x 768: two
    [InlineData(1536, 1024, 323)]
    [InlineData(4096, 512, 581)] // fitted to 2048 x 256: four
    [InlineData(4000, 1000, 581)] // 2048 x 512: four
    public void Shortest_side_comes_down_to_512(int width, int height, long tokens) =>
        Formula.Count(new ImageSize(width, height), ImageDetail.Low).Tokens.ShouldBe(tokens);

    [Theory]
    [InlineData(1024, 1024, 194 + 4160)]
    [InlineData(1024, 1536, 323 + 6240)]
    [InlineData(1536, 1024, 323 + 6240)]
    public void High_fidelity_adds_by_shape(int width, int height, long tokens) =>
        Formula.Count(new ImageSize(width, height), ImageDetail.High).Tokens.ShouldBe(tokens);

    [Fact]
    public void Largest_bounds_every_size()
    {
        foreach (var detail in (ImageDetail[])[ImageDetail.Low, ImageDetail.High])
        {
            var largest = Formula.Largest(detail).Tokens;
            for (var width = 1; width <= 5000; width += 311)
            {
                for (var height = 1; height <= 5000; height += 307)
                {
                    Formula.Count(new ImageSize(width, height), detail).Tokens.ShouldBeLessThanOrEqualTo(largest);
                }
            }
        }
    }

    [Theory]
    [InlineData("1024x1024", "low", 272)]
    [InlineData("1024x1536", "low", 408)]
    [InlineData("1536x1024", "low", 400)]
    [InlineData("1024x1024", "medium", 1056)]
    [InlineData("1024x1024", "high", 4160)]
    [InlineData("1536x1024", "high", 6208)]
    [InlineData("1024x1024", "auto", 4160)]
    [InlineData(null, null, 6240)]
    [InlineData("auto", "medium", 1584)]
    public void Picture_that_is_made_has_at_most_the_published_tokens(string? size, string? quality, long tokens) =>
        ImageOutputTokens.Most(size, quality).ShouldBe(tokens);
}
