using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class TileFormulaTests
{
    private static readonly string[] Names =
    [
        "openai-tile-85-170", "openai-tile-2833-5667", "openai-tile-70-140", "openai-tile-75-150", "openai-tile-65-129",
    ];

    private static readonly long[] Bases = [85, 2833, 70, 75, 65];

    // width, height, scaled width, scaled height, tiles, then the tokens in the order of the names above.
    public static TheoryData<int, int, int, int, int, long[]> Sizes => new()
    {
        { 1, 1, 1, 1, 1, [255, 8500, 210, 225, 194] },
        { 125, 50, 125, 50, 1, [255, 8500, 210, 225, 194] },
        { 300, 300, 300, 300, 1, [255, 8500, 210, 225, 194] },
        { 512, 512, 512, 512, 1, [255, 8500, 210, 225, 194] },
        { 513, 512, 513, 512, 2, [425, 14167, 350, 375, 323] },
        { 513, 513, 513, 513, 4, [765, 25501, 630, 675, 581] },
        { 640, 480, 640, 480, 2, [425, 14167, 350, 375, 323] },
        { 768, 768, 768, 768, 4, [765, 25501, 630, 675, 581] },
        { 769, 769, 768, 768, 4, [765, 25501, 630, 675, 581] },
        { 1024, 512, 1024, 512, 2, [425, 14167, 350, 375, 323] },
        { 1024, 768, 1024, 768, 4, [765, 25501, 630, 675, 581] },
        { 1024, 1024, 768, 768, 4, [765, 25501, 630, 675, 581] },
        { 1126, 488, 1126, 488, 3, [595, 19834, 490, 525, 452] },
        { 1920, 1080, 1365, 768, 6, [1105, 36835, 910, 975, 839] },
        { 2048, 768, 2048, 768, 8, [1445, 48169, 1190, 1275, 1097] },
        { 2048, 2048, 768, 768, 4, [765, 25501, 630, 675, 581] },
        { 2048, 4096, 768, 1536, 6, [1105, 36835, 910, 975, 839] },
        { 4096, 8192, 768, 1536, 6, [1105, 36835, 910, 975, 839] },
        { 2560, 1669, 1178, 768, 6, [1105, 36835, 910, 975, 839] },
        { 3024, 4032, 768, 1024, 4, [765, 25501, 630, 675, 581] },
        { 8192, 100, 2048, 25, 4, [765, 25501, 630, 675, 581] },
        { 864, 1153, 768, 1024, 4, [765, 25501, 630, 675, 581] },
        { 2001, 1000, 1536, 768, 6, [1105, 36835, 910, 975, 839] },
    };

    // Sizes on which implementations that round, enlarge or cap otherwise go wrong.
    public static TheoryData<int, int, long> Traps => new()
    {
        { 640, 480, 425 },
        { 1024, 512, 425 },
        { 1126, 488, 595 },
        { 1000, 3000, 1445 },
        { 864, 1153, 765 },
        { 1023, 1365, 765 },
        { 1024, 2049, 1445 },
        { 2048, 2731, 765 },
        { 1025, 4096, 765 },
        { 2001, 1000, 1105 },
        { 2049, 1, 765 },
        { 1, 65_535, 765 },
        { int.MaxValue, 1, 765 },
        { int.MaxValue, int.MaxValue, 765 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void High_and_auto_count_the_tiles_of_the_scaled_image(
        int width, int height, int scaledWidth, int scaledHeight, int tiles, long[] tokens)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            ImageCount expected = new(ImageDetail.High, new ImageSize(scaledWidth, scaledHeight), ImageUnit.Tile, tiles, tokens[i]);
            ImageFormula formula = Named(Names[i]);

            formula.Count(new ImageSize(width, height), ImageDetail.High).ShouldBe(expected);
            formula.Count(new ImageSize(width, height), ImageDetail.Auto).ShouldBe(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void Rounding_is_down_at_both_steps_and_no_side_vanishes(int width, int height, long tokens) =>
        Named("openai-tile-85-170").Count(new ImageSize(width, height), ImageDetail.High).Tokens.ShouldBe(tokens);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Low_is_the_base_whatever_the_size(
        int width, int height, int scaledWidth, int scaledHeight, int tiles, long[] tokens)
    {
        _ = (scaledWidth, scaledHeight, tiles);
        ImageSize size = new(width, height);
        for (int i = 0; i < Names.Length; i++)
        {
            ImageCount low = Named(Names[i]).Count(size, ImageDetail.Low);

            low.ShouldBe(new ImageCount(ImageDetail.Low, size, ImageUnit.Tile, 0, Bases[i]));
            low.Tokens.ShouldBeLessThan(tokens[i]);
        }
    }

    [Fact]
    public void Original_counts_as_high()
    {
        ImageSize size = new(4096, 8192);
        ImageFormula formula = Named("openai-tile-85-170");

        formula.Count(size, ImageDetail.Original).ShouldBe(formula.Count(size, ImageDetail.High));
    }

    [Theory]
    [InlineData(512, 512, 85)]
    [InlineData(1, 1, 85)]
    [InlineData(513, 512, 425)]
    [InlineData(512, 513, 425)]
    public void Auto_by_size_is_low_when_both_sides_are_at_most_512(int width, int height, long tokens)
    {
        TileFormula formula = new(85, 170, AutoDetail.BySize);

        ImageCount count = formula.Count(new ImageSize(width, height), ImageDetail.Auto);

        count.Tokens.ShouldBe(tokens);
        count.Detail.ShouldBe(tokens == 85 ? ImageDetail.Low : ImageDetail.High);
        formula.Count(new ImageSize(width, height), ImageDetail.High).Detail.ShouldBe(ImageDetail.High);
    }

    [Fact]
    public void Auto_may_be_low()
    {
        TileFormula formula = new TileFormula(85, 170) with { AutoDetail = AutoDetail.Low };

        formula.Count(new ImageSize(2048, 768), ImageDetail.Auto).Tokens.ShouldBe(85);
        formula.Largest(ImageDetail.Auto).Tokens.ShouldBe(85);
        formula.Largest(ImageDetail.High).Tokens.ShouldBe(1445);
    }

    [Fact]
    public void Auto_as_original_counts_as_high()
    {
        TileFormula formula = new(85, 170, AutoDetail.Original);

        formula.Count(new ImageSize(10, 10), ImageDetail.Auto).Tokens.ShouldBe(255);
        formula.Largest(ImageDetail.Auto).Tokens.ShouldBe(1445);
    }

    [Theory]
    [InlineData("openai-tile-85-170", 1445)]
    [InlineData("openai-tile-2833-5667", 48169)]
    [InlineData("openai-tile-70-140", 1190)]
    [InlineData("openai-tile-75-150", 1275)]
    [InlineData("openai-tile-65-129", 1097)]
    public void Largest_is_eight_tiles_and_the_base_for_low(string name, long tokens)
    {
        ImageFormula formula = Named(name);

        formula.Largest(ImageDetail.High).ShouldBe(new ImageCount(ImageDetail.High, default, ImageUnit.Tile, 8, tokens));
        formula.Largest(ImageDetail.Auto).Tokens.ShouldBe(tokens);
        formula.Largest(ImageDetail.Original).Tokens.ShouldBe(tokens);
        formula.Largest(ImageDetail.Low).Tokens.ShouldBe(Bases[Array.IndexOf(Names, name)]);
    }

    [Fact]
    public void Largest_of_auto_by_size_assumes_a_large_image() =>
        new TileFormula(85, 170, AutoDetail.BySize).Largest(ImageDetail.Auto).Tokens.ShouldBe(1445);

    [Fact]
    public void Any_size_counts_one_to_eight_tiles_and_the_same_when_turned()
    {
        Random random = new(20_250_101);
        ImageFormula formula = Named("openai-tile-85-170");
        for (int i = 0; i < 200_000; i++)
        {
            ImageSize size = new(Side(random), Side(random));
            ImageCount count = formula.Count(size, ImageDetail.High);
            ImageCount turned = formula.Count(new ImageSize(size.Height, size.Width), ImageDetail.High);

            Assert.InRange(count.Units, 1, 8);
            Assert.Equal(85 + (170 * count.Units), count.Tokens);
            Assert.Equal(count.Tokens, turned.Tokens);
            Assert.Equal(new ImageSize(count.Scaled.Height, count.Scaled.Width), turned.Scaled);
            Assert.InRange(count.Scaled.Longest, 1, 2048);
            Assert.InRange(count.Scaled.Shortest, 1, 768);
            Assert.True(count.Scaled.Width <= size.Width && count.Scaled.Height <= size.Height);
            Assert.True(count.Tokens <= formula.Largest(ImageDetail.High).Tokens);
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(-1, 10)]
    public void Image_without_extent_is_a_bug_of_the_caller(int width, int height) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new TileFormula(85, 170).Count(new ImageSize(width, height), ImageDetail.High));

    [Theory]
    [InlineData(-1, 170)]
    [InlineData(85, -1)]
    public void Negative_prices_are_a_bug_of_the_caller(int baseTokens, int perTile) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new TileFormula(baseTokens, perTile));

    [Fact]
    public void Large_prices_do_not_overflow() =>
        new TileFormula(int.MaxValue, int.MaxValue).Largest(ImageDetail.High).Tokens.ShouldBe(9L * int.MaxValue);

    [Fact]
    public void Formula_given_in_full_is_named_after_its_numbers() => new TileFormula(85, 170).Name.ShouldBe("tile-85-170");

    [Fact]
    public void Every_documented_name_is_known_in_order()
    {
        ImageFormulas.Names.ShouldBe([.. Names, "openai-image-65-129", "anthropic-standard", "anthropic-high", "gemini-258"]);
        foreach (string name in ImageFormulas.Names)
        {
            Named(name).Name.ShouldBe(name);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("OPENAI-TILE-85-170")]
    [InlineData("tile-85-170")]
    public void Other_names_are_unknown(string name) => ImageFormulas.TryGet(name, out _).ShouldBeFalse();

    private static ImageFormula Named(string name)
    {
        ImageFormulas.TryGet(name, out ImageFormula? formula).ShouldBeTrue(name);
        return formula.ShouldNotBeNull();
    }

    // Small and large sides alike, and those round the steps of the rule.
    private static int Side(Random random) => random.Next(4) switch
    {
        0 => random.Next(1, 1025),
        1 => random.Next(1, 5000),
        2 => random.Next(1, ImageSize.MaxSide + 1),
        _ => (random.Next(1, 9) * 256) + random.Next(-1, 2),
    };
}
