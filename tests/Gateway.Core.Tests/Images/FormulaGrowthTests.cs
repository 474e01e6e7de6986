using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

/// <summary>
/// What growing an image does to its count. Where a rule scales, a larger image may count less (its last test says where), so
/// what holds is said for each: growing a side while nothing is scaled, and growing one shape in whole multiples.
/// </summary>
public sealed class FormulaGrowthTests
{
    private const int Rounds = 50_000;

    private static readonly TileFormula Tiles = new(85, 170);
    private static readonly PatchFormula Patches = new(PatchMultiplier.Parse("1.2"), new PatchLimit(2048, 1536), new PatchLimit(512));
    private static readonly PatchFormula Unlimited = new(PatchMultiplier.Parse("1"), default);
    private static readonly AnthropicFormula Squares = new(1568, 1568);

    [Fact]
    public void Growing_a_side_never_lowers_the_count_while_nothing_is_scaled()
    {
        Random random = new(1);
        int compared = 0;
        for (int i = 0; i < Rounds; i++)
        {
            ImageSize small = new(random.Next(1, 2100), random.Next(1, 900));
            ImageSize large = new(small.Width + random.Next(200), small.Height + random.Next(200));
            foreach (ImageFormula formula in new ImageFormula[] { Tiles, Patches, Squares, Unlimited })
            {
                ImageCount less = formula.Count(small, ImageDetail.High);
                ImageCount more = formula.Count(large, ImageDetail.High);
                if (less.Scaled == small && more.Scaled == large)
                {
                    Assert.True(less.Tokens <= more.Tokens, $"{formula.Name} {small} {large}");
                    compared++;
                }
            }
        }

        compared.ShouldBeGreaterThan(Rounds);
    }

    [Fact]
    public void Growing_one_shape_never_lowers_its_tiles()
    {
        Random random = new(2);
        for (int i = 0; i < Rounds; i++)
        {
            (ImageSize small, ImageSize large) = Similar(random);

            Assert.True(
                Tiles.Count(small, ImageDetail.High).Units <= Tiles.Count(large, ImageDetail.High).Units, $"{small} {large}");
        }
    }

    [Fact]
    public void Growing_an_image_never_lowers_its_tokens_at_low_detail_of_a_tile_model()
    {
        Random random = new(3);
        for (int i = 0; i < Rounds; i++)
        {
            (ImageSize small, ImageSize large) = Similar(random);

            Assert.Equal(Tiles.Count(small, ImageDetail.Low).Tokens, Tiles.Count(large, ImageDetail.Low).Tokens);
        }
    }

    [Fact]
    public void Growing_one_shape_never_lowers_its_patches_where_its_longest_side_alone_is_limited()
    {
        Random random = new(4);
        for (int i = 0; i < Rounds; i++)
        {
            (ImageSize small, ImageSize large) = Similar(random);

            Assert.True(
                Patches.Count(small, ImageDetail.Low).Units <= Patches.Count(large, ImageDetail.Low).Units, $"{small} {large}");
        }
    }

    [Fact]
    public void One_shape_counts_the_same_at_every_size_above_its_budget()
    {
        Random random = new(5);
        PatchFormula formula = new(PatchMultiplier.Parse("1.2"), new PatchLimit(null, 1536));
        int compared = 0;
        for (int i = 0; i < Rounds; i++)
        {
            (ImageSize small, ImageSize large) = Similar(random);
            if (Unlimited.Count(small, ImageDetail.High).Units > 1536)
            {
                Assert.Equal(formula.Count(small, ImageDetail.High), formula.Count(large, ImageDetail.High));
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(Rounds / 10);
    }

    [Fact]
    public void Any_image_has_the_same_patches_when_turned_and_never_more_than_its_budget()
    {
        Random random = new(6);
        for (int i = 0; i < 4 * Rounds; i++)
        {
            int budget = random.Next(1, 3000);
            PatchFormula formula = new(PatchMultiplier.Parse("1.62"), new PatchLimit(random.Next(1, 5000), budget));
            int most = 1 << random.Next(1, 17);
            ImageSize size = new(random.Next(1, Math.Min(most, ImageSize.MaxSide)), random.Next(1, 5000));
            ImageCount count = formula.Count(size, ImageDetail.High);
            ImageCount turned = formula.Count(new ImageSize(size.Height, size.Width), ImageDetail.High);

            Assert.InRange(count.Units, 1, budget);
            Assert.Equal(count.Tokens, turned.Tokens);
            Assert.Equal(new ImageSize(count.Scaled.Height, count.Scaled.Width), turned.Scaled);
            Assert.True(count.Scaled.Width <= size.Width && count.Scaled.Height <= size.Height, $"{size}");
            Assert.True(count.Scaled.Shortest >= 1);
            Assert.True(count.Tokens <= formula.Largest(ImageDetail.High).Tokens);
        }
    }

    [Fact]
    public void Larger_image_may_count_less_once_it_is_scaled()
    {
        Tiles.Count(new ImageSize(2048, 768), ImageDetail.High).Units.ShouldBe(8);
        Tiles.Count(new ImageSize(2048, 1024), ImageDetail.High).Units.ShouldBe(6);

        // One shape, within its budget and above it.
        Patches.Count(new ImageSize(1068, 1424), ImageDetail.High).Units.ShouldBe(1530);
        Patches.Count(new ImageSize(1800, 2400), ImageDetail.High).Units.ShouldBe(1452);
    }

    private static (ImageSize Small, ImageSize Large) Similar(Random random)
    {
        int width = random.Next(1, 300);
        int height = random.Next(1, 300);
        int most = ImageSize.MaxSide / Math.Max(width, height);
        int less = random.Next(1, random.Next(1, most) + 1);
        int more = random.Next(less, random.Next(2) == 0 ? most : Math.Min(less + 20, most) + 1);
        return (new ImageSize(width * less, height * less), new ImageSize(width * more, height * more));
    }
}
