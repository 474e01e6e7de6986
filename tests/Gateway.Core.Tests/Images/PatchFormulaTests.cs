using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class PatchFormulaTests
{
    private const long Refused = -1;

    // The sizing of the first patch models: gpt-5-mini, gpt-5-nano, gpt-4.1-mini, o4-mini, gpt-4.1-nano.
    private static readonly PatchFormula[] Older = [.. new[] { "1.2", "1.5", "1.62", "1.72", "2.46" }.Select(each => Of(each, new PatchLimit(2048, 1536)))];

    private static readonly PatchFormula Gpt52 = Of("1.2", new PatchLimit(2048, 6144), low: new PatchLimit(2048, 6144));

    private static readonly PatchFormula Gpt54 = Of(
        "1.2", new PatchLimit(2048, 2500), low: new PatchLimit(2048, 6144), original: new PatchLimit(6000, 10_000));

    private static readonly PatchFormula Gpt55 = Of(
        "1.2", new PatchLimit(2048, 2500), low: new PatchLimit(512), original: new PatchLimit(6000, 10_000), AutoDetail.Original);

    private static readonly PatchFormula Gpt56 = Of(
        "1.2", new PatchLimit(2048, 2500), low: new PatchLimit(512), original: new PatchLimit(65_535, null, 30_000), AutoDetail.Original);

    // width, height, patches as they are, patches of the older sizing, then tokens: the five older models; high and auto of 5.4;
    // low of 5.4 and all of 5.2; original of 5.4 and 5.5; low of 5.5 and 5.6; original and auto of 5.6.
    public static TheoryData<int, int, int, int, long[]> Sizes => new()
    {
        { 1, 1, 1, 1, [2, 2, 2, 2, 3, 2, 2, 2, 2, 2] },
        { 33, 33, 4, 4, [5, 6, 7, 7, 10, 5, 5, 5, 5, 5] },
        { 256, 256, 64, 64, [77, 96, 104, 111, 158, 77, 77, 77, 77, 77] },
        { 512, 512, 256, 256, [308, 384, 415, 441, 630, 308, 308, 308, 308, 308] },
        { 768, 1024, 768, 768, [922, 1152, 1245, 1321, 1890, 922, 922, 922, 231, 922] },
        { 1024, 1024, 1024, 1024, [1229, 1536, 1659, 1762, 2520, 1229, 1229, 1229, 308, 1229] },
        { 1920, 1080, 2040, 1508, [1810, 2262, 2443, 2594, 3710, 2448, 2448, 2448, 173, 2448] },
        { 2048, 768, 1536, 1536, [1844, 2304, 2489, 2642, 3779, 1844, 1844, 1844, 116, 1844] },
        { 1600, 1600, 2500, 1521, [1826, 2282, 2465, 2617, 3742, 3000, 3000, 3000, 308, 3000] },
        { 1800, 2400, 4275, 1452, [1743, 2178, 2353, 2498, 3572, 2942, 3687, 5130, 231, 5130] },
        { 2048, 2048, 4096, 1521, [1826, 2282, 2465, 2617, 3742, 3000, 4916, 4916, 308, 4916] },
        { 4096, 4096, 16384, 1521, [1826, 2282, 2465, 2617, 3742, 3000, 4916, 12_000, 308, 19_661] },
        { 7952, 5304, 41_334, 1504, [1805, 2256, 2437, 2587, 3700, 2880, 3303, 11_859, 212, Refused] },
    };

    // width, height, longest side (0: no limit), budget (0: no limit), scaled width, scaled height, patches.
    public static TheoryData<int, int, int, int, int, int, int> Scalings => new()
    {
        { 1920, 1080, 2048, 1536, 1649, 928, 1508 },
        { 1600, 1600, 2048, 1536, 1248, 1248, 1521 },
        { 1800, 2400, 2048, 1536, 1056, 1408, 1452 },
        { 2048, 2048, 2048, 2500, 1600, 1600, 2500 },
        { 1800, 2400, 2048, 2500, 1368, 1824, 2451 },
        { 1800, 2400, 2048, 6144, 1536, 2048, 3072 },
        { 4096, 4096, 6000, 10_000, 3200, 3200, 10_000 },
        { 7952, 5304, 2048, 6144, 2048, 1366, 2752 },

        // Exact ratios, on which floors in floating point come out one too small: 1457 and 2401 patches.
        { 4752, 3168, 0, 1536, 1536, 1024, 1536 },
        { 4175, 4175, 0, 2500, 1600, 1600, 2500 },

        // Half a pixel is rounded up: 512 x 3 / 1024 = 1.5, 512 x 5 / 1024 = 2.5.
        { 1024, 3, 512, 0, 512, 2, 16 },
        { 5, 1024, 512, 0, 3, 512, 16 },
        { 1024, 1, 512, 0, 512, 1, 16 },

        // No side vanishes, however thin the image or tight the budget.
        { 2049, 1, 2048, 1536, 2048, 1, 64 },
        { 1, 2049, 512, 0, 1, 512, 16 },
        { 65_535, 1, 0, 1536, 49_152, 1, 1536 },
        { 1, 65_535, 0, 1536, 1, 49_152, 1536 },
        { 2049, 1, 0, 10, 320, 1, 10 },
        { 65_535, 65_535, 0, 1, 32, 32, 1 },
        { 100, 33, 0, 1, 32, 10, 1 },

        // Beyond what a header may tell; 65,535 is then the longest side.
        { int.MaxValue, 1, 0, 0, 65_535, 1, 2048 },
        { int.MaxValue, int.MaxValue, 0, 0, 65_535, 65_535, 2048 * 2048 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Each_family_counts_as_published(int width, int height, int raw, int patches, long[] tokens)
    {
        ImageSize size = new(width, height);
        Of("1", default).Count(size, ImageDetail.High).Units.ShouldBe(raw);
        for (int i = 0; i < Older.Length; i++)
        {
            foreach (ImageDetail detail in new[] { ImageDetail.Low, ImageDetail.High, ImageDetail.Auto })
            {
                ImageCount count = Older[i].Count(size, detail);

                (count.Detail, count.Unit, count.Units, count.Tokens).ShouldBe((ImageDetail.High, ImageUnit.Patch, patches, tokens[i]));
            }
        }

        ShouldCount(tokens[5], Gpt54, size, ImageDetail.High, ImageDetail.Auto);
        ShouldCount(tokens[5], Gpt55, size, ImageDetail.High);
        ShouldCount(tokens[5], Gpt56, size, ImageDetail.High);
        ShouldCount(tokens[6], Gpt54, size, ImageDetail.Low);
        ShouldCount(tokens[6], Gpt52, size, ImageDetail.Low, ImageDetail.High, ImageDetail.Auto);
        ShouldCount(tokens[7], Gpt54, size, ImageDetail.Original);
        ShouldCount(tokens[7], Gpt55, size, ImageDetail.Original, ImageDetail.Auto);
        ShouldCount(tokens[8], Gpt55, size, ImageDetail.Low);
        ShouldCount(tokens[8], Gpt56, size, ImageDetail.Low);
        ShouldCount(tokens[9], Gpt56, size, ImageDetail.Original, ImageDetail.Auto);
    }

    [Theory]
    [MemberData(nameof(Scalings))]
    public void Scaling_is_exact_and_no_side_vanishes(
        int width, int height, int maxSide, int budget, int scaledWidth, int scaledHeight, int patches)
    {
        PatchFormula formula = Of("1", new PatchLimit(maxSide == 0 ? null : maxSide, budget == 0 ? null : budget));

        ImageCount count = formula.Count(new ImageSize(width, height), ImageDetail.High);

        count.ShouldBe(new ImageCount(ImageDetail.High, new ImageSize(scaledWidth, scaledHeight), ImageUnit.Patch, patches, patches));
    }

    [Fact]
    public void Image_above_what_a_model_takes_is_refused_with_the_patches_it_needs()
    {
        ImageCount count = Gpt56.Count(new ImageSize(7952, 5304), ImageDetail.Auto);

        count.Problem.ShouldBe(ImageCountProblem.TooManyUnits);
        count.Detail.ShouldBe(ImageDetail.Original);
        count.Scaled.ShouldBe(new ImageSize(7952, 5304));
        count.Units.ShouldBe(41_334);
        count.MostUnits.ShouldBe(30_000);
    }

    [Theory]
    [InlineData(32 * 150, 32 * 200, ImageCountProblem.None)]
    [InlineData((32 * 150) + 1, 32 * 200, ImageCountProblem.TooManyUnits)]
    public void Limit_above_which_images_are_refused_is_inclusive(int width, int height, ImageCountProblem expected) =>
        Gpt56.Count(new ImageSize(width, height), ImageDetail.Original).Problem.ShouldBe(expected);

    [Fact]
    public void Each_detail_has_its_own_limit_above_which_it_refuses()
    {
        PatchFormula formula = Of("1", new PatchLimit(RejectAbove: 10), low: new PatchLimit(RejectAbove: 20));
        ImageSize size = new(32 * 15, 32);

        formula.Count(size, ImageDetail.High).Problem.ShouldBe(ImageCountProblem.TooManyUnits);
        formula.Count(size, ImageDetail.Low).Problem.ShouldBe(ImageCountProblem.None);
    }

    [Fact]
    public void Original_is_refused_where_the_model_has_none()
    {
        ImageCount count = Gpt52.Count(new ImageSize(10, 20), ImageDetail.Original);

        count.Problem.ShouldBe(ImageCountProblem.DetailUnsupported);
        count.Detail.ShouldBe(ImageDetail.Original);
        Gpt52.Largest(ImageDetail.Original).Problem.ShouldBe(ImageCountProblem.DetailUnsupported);
    }

    [Theory]
    [InlineData(512, 512, ImageDetail.Low)]
    [InlineData(1, 1, ImageDetail.Low)]
    [InlineData(513, 512, ImageDetail.High)]
    [InlineData(512, 513, ImageDetail.High)]
    public void Auto_by_size_is_low_when_both_sides_are_at_most_512(int width, int height, ImageDetail expected)
    {
        PatchFormula formula = Of("1", new PatchLimit(2048, 1536), low: new PatchLimit(256), autoDetail: AutoDetail.BySize);

        formula.Count(new ImageSize(width, height), ImageDetail.Auto).ShouldBe(formula.Count(new ImageSize(width, height), expected));
        formula.Count(new ImageSize(width, height), ImageDetail.Auto).Detail.ShouldBe(expected);
    }

    [Fact]
    public void Auto_may_be_low()
    {
        PatchFormula formula = Of("1", new PatchLimit(2048, 1536), low: new PatchLimit(512), autoDetail: AutoDetail.Low);

        formula.Count(new ImageSize(2048, 2048), ImageDetail.Auto).Units.ShouldBe(256);
        formula.Largest(ImageDetail.Auto).Units.ShouldBe(256);
    }

    [Fact]
    public void Largest_is_the_most_that_the_limits_let_through()
    {
        Older[2].Largest(ImageDetail.High).ShouldBe(new ImageCount(ImageDetail.High, default, ImageUnit.Patch, 1536, 2489));
        Older[2].Largest(ImageDetail.Low).Tokens.ShouldBe(2489);
        Gpt54.Largest(ImageDetail.Auto).Units.ShouldBe(2500);
        Gpt54.Largest(ImageDetail.Low).Units.ShouldBe(64 * 64);
        Gpt54.Largest(ImageDetail.Original).Units.ShouldBe(10_000);
        Gpt55.Largest(ImageDetail.Low).Units.ShouldBe(16 * 16);
        Gpt56.Largest(ImageDetail.Auto).ShouldBe(new ImageCount(ImageDetail.Original, default, ImageUnit.Patch, 30_000, 36_000));
        Of("1", default).Largest(ImageDetail.High).Units.ShouldBe(2048 * 2048);
    }

    [Fact]
    public void Largest_of_auto_by_size_is_the_dearer_of_the_two()
    {
        Of("1", new PatchLimit(2048, 1536), low: default(PatchLimit), autoDetail: AutoDetail.BySize).Largest(ImageDetail.Auto).Units.ShouldBe(1536);
        ImageCount low = Of("1", new PatchLimit(64), low: default(PatchLimit), autoDetail: AutoDetail.BySize).Largest(ImageDetail.Auto);
        (low.Detail, low.Units).ShouldBe((ImageDetail.Low, 256));
    }

    [Fact]
    public void Largest_is_reached_by_an_image_and_exceeded_by_none()
    {
        for (int squares = 1; squares <= 7; squares++)
        {
            for (int budget = 1; budget <= 50; budget++)
            {
                PatchFormula[] formulas =
                [
                    Of("1", new PatchLimit(squares * 32, budget)),
                    Of("1", new PatchLimit((squares * 32) - 31, budget, 30)),
                    Of("1", new PatchLimit(squares * 32, null, budget)),
                ];
                foreach (PatchFormula formula in formulas)
                {
                    int most = 0;
                    for (int columns = 1; columns <= 9; columns++)
                    {
                        for (int rows = 1; rows <= 9; rows++)
                        {
                            most = Math.Max(most, Admitted(formula, new ImageSize((columns * 32) - 31, (rows * 32) - 31)));
                            most = Math.Max(most, Admitted(formula, new ImageSize(columns * 32, rows * 32)));
                        }
                    }

                    Assert.Equal(most, formula.Largest(ImageDetail.High).Units);
                }
            }
        }
    }

    [Fact]
    public void Formula_is_named_after_multiplier_and_budget_unless_it_has_a_name()
    {
        Of("1.62", new PatchLimit(2048, 1536)).Name.ShouldBe("patch-1.62-1536");
        Of("1.20", new PatchLimit(2048)).Name.ShouldBe("patch-1.20");
        new PatchFormula(PatchMultiplier.Parse("1.2"), default, name: "mine").Name.ShouldBe("mine");
        Of("1.20", default).Multiplier.Text.ShouldBe("1.20");
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(-1, 10)]
    public void Image_without_extent_is_a_bug_of_the_caller(int width, int height) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Gpt54.Count(new ImageSize(width, height), ImageDetail.High));

    [Fact]
    public void Limits_out_of_range_are_a_bug_of_the_caller()
    {
        foreach (PatchLimit limit in new PatchLimit[] { new(0), new(65_536), new(null, 0), new(null, -1), new(null, null, 0) })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => Of("1", limit));
            Should.Throw<ArgumentOutOfRangeException>(() => Of("1", default, low: limit));
            Should.Throw<ArgumentOutOfRangeException>(() => Of("1", default, original: limit));
        }

        Should.Throw<ArgumentOutOfRangeException>(() => Of("1", default, autoDetail: AutoDetail.Original));
    }

    [Fact]
    public void Nothing_is_allocated_to_count()
    {
        ImageSize size = new(7952, 5304);
        long allocated = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ = Gpt54.Count(size, ImageDetail.Auto).Units + Gpt56.Count(size, ImageDetail.Auto).Units;
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        allocated.ShouldBe(0);
    }

    private static PatchFormula Of(
        string multiplier, PatchLimit high, PatchLimit? low = null, PatchLimit? original = null, AutoDetail autoDetail = AutoDetail.High) =>
        new(PatchMultiplier.Parse(multiplier), high, low, original, autoDetail);

    private static int Admitted(PatchFormula formula, ImageSize size) =>
        formula.Count(size, ImageDetail.High) is { Problem: ImageCountProblem.None } count ? count.Units : 0;

    private static void ShouldCount(long tokens, PatchFormula formula, ImageSize size, params ReadOnlySpan<ImageDetail> details)
    {
        foreach (ImageDetail detail in details)
        {
            ImageCount count = formula.Count(size, detail);

            (count.Problem is ImageCountProblem.TooManyUnits ? Refused : count.Tokens).ShouldBe(tokens, $"{size} {detail}");
        }
    }
}
