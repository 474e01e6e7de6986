using System.Numerics;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

/// <summary>The scaling of patch models against the published rule, worked out slowly in whole numbers of any size.</summary>
public sealed class PatchOracleTests
{
    private const int Rounds = 150_000;

    private static readonly int[] Published = [1536, 2500, 6144, 10_000];

    [Fact]
    public void Budget_scales_as_the_exact_rule_does()
    {
        Random random = new(32);
        int scaled = 0;
        int thin = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ImageSize size = Size(random);
            int budget = Budget(random);

            ImageCount count = Count(size, new PatchLimit(null, budget));
            ImageSize expected = Spend(size, budget, out bool isThin);

            Assert.Equal(expected, count.Scaled);
            Assert.Equal(Patches(expected), count.Units);
            Assert.InRange(count.Units, 1, budget);
            scaled += expected == size ? 0 : 1;
            thin += isThin ? 1 : 0;
        }

        // Were most images left alone, or all thinner than a patch, little would be compared.
        scaled.ShouldBeGreaterThan(100_000);
        thin.ShouldBeInRange(100, Rounds / 10);
    }

    [Fact]
    public void Longest_side_scales_to_the_nearest_pixel_with_halves_up()
    {
        Random random = new(33);
        for (int round = 0; round < Rounds; round++)
        {
            ImageSize size = Size(random);
            int most = random.Next(3) == 0 ? 512 : random.Next(1, 7000);

            Assert.Equal(Fit(size, most), Count(size, new PatchLimit(most)).Scaled);
        }
    }

    [Fact]
    public void Both_limits_together_apply_in_order()
    {
        Random random = new(34);
        for (int round = 0; round < Rounds; round++)
        {
            ImageSize size = Size(random);
            int most = random.Next(2) == 0 ? 2048 : random.Next(1, 7000);
            int budget = Budget(random);

            Assert.Equal(Spend(Fit(size, most), budget, out _), Count(size, new PatchLimit(most, budget)).Scaled);
        }
    }

    [Theory]
    [InlineData(3, 2, 1536, 2480)]
    [InlineData(1, 1, 2500, 6400)]
    [InlineData(3, 2, 6144, 2480)]
    [InlineData(1, 1, 10_000, 6400)]
    public void Shape_that_fills_its_budget_exactly_does_so_at_every_size(int across, int down, int budget, int sizes)
    {
        for (int k = 1; k <= sizes; k++)
        {
            ImageSize size = new(across * k, down * k);
            if (Patches(size) > budget)
            {
                Assert.Equal(budget, Count(size, new PatchLimit(null, budget)).Units);
            }
        }

        Patches(new ImageSize(across * sizes, down * sizes)).ShouldBeGreaterThan(budget);
    }

    [Fact]
    public void Square_root_is_exact_at_and_beside_every_square()
    {
        Random random = new(35);
        for (int round = 0; round < Rounds; round++)
        {
            long root = round < 1000 ? round : random.NextInt64(3_037_000_499L >> random.Next(31));
            Assert.Equal(root, PatchGrid.SquareRoot(root * root));
            Assert.Equal(root, PatchGrid.SquareRoot((root * root) + root + root));
            Assert.Equal(root == 0 ? 0 : root - 1, PatchGrid.SquareRoot(Math.Max((root * root) - 1, 0)));
        }

        PatchGrid.SquareRoot(long.MaxValue).ShouldBe(3_037_000_499);
    }

    private static ImageCount Count(ImageSize size, PatchLimit limit) =>
        new PatchFormula(PatchMultiplier.Parse("1"), limit).Count(size, ImageDetail.High);

    private static ImageSize Fit(ImageSize size, int most)
    {
        return size.Longest <= most ? size : new ImageSize(Nearest(size.Width), Nearest(size.Height));

        // A decimal holds each half exactly, and tells its neighbours from it.
        int Nearest(int side) => Math.Max((int)Math.Round((decimal)side * most / size.Longest, MidpointRounding.AwayFromZero), 1);
    }

    // s is the root of 1024 budget / (w h); each side holds floor(w s / 32) whole patches; s shrinks until one side is whole.
    private static ImageSize Spend(ImageSize size, int budget, out bool isThin)
    {
        isThin = false;
        if (Patches(size) <= budget)
        {
            return size;
        }

        BigInteger columns = WholePatches(size.Width, size.Height, budget);
        BigInteger rows = WholePatches(size.Height, size.Width, budget);
        if (columns.IsZero || rows.IsZero)
        {
            isThin = true;
            BigInteger length = 32 * (BigInteger)budget;
            int shorter = (int)BigInteger.Max(size.Shortest * length / size.Longest, 1);
            return columns.IsZero ? new ImageSize(shorter, (int)length) : new ImageSize((int)length, shorter);
        }

        // The smaller of 32 columns / width and 32 rows / height, as a fraction.
        (BigInteger above, BigInteger below) = columns * size.Height < rows * size.Width
            ? (32 * columns, (BigInteger)size.Width)
            : (32 * rows, (BigInteger)size.Height);
        return new ImageSize(
            (int)BigInteger.Max(size.Width * above / below, 1),
            (int)BigInteger.Max(size.Height * above / below, 1));
    }

    // The largest n for which n <= side s / 32, that is n n other <= budget side.
    private static BigInteger WholePatches(int side, int other, int budget)
    {
        BigInteger fits = 0;
        BigInteger exceeds = 1 << 28;
        while (exceeds - fits > 1)
        {
            BigInteger middle = (fits + exceeds) / 2;
            (fits, exceeds) = middle * middle * other <= (BigInteger)budget * side ? (middle, exceeds) : (fits, middle);
        }

        return fits;
    }

    private static int Patches(ImageSize size) => (int)Math.Ceiling(size.Width / 32m) * (int)Math.Ceiling(size.Height / 32m);

    private static int Budget(Random random) => random.Next(4) switch
    {
        0 => random.Next(1, 40),
        1 => random.Next(1, 12_000),
        _ => Published[random.Next(Published.Length)],
    };

    // Any shape, shapes of cameras and screens, squares, and slivers.
    private static ImageSize Size(Random random)
    {
        int side = random.Next(1, ImageSize.MaxSide + 1);
        int k = random.Next(1, 4000);
        return random.Next(8) switch
        {
            0 => new ImageSize(3 * k, 2 * k),
            1 => new ImageSize(9 * k, 16 * k),
            2 => new ImageSize(4 * k, 3 * k),
            3 => new ImageSize(side, side),
            4 => new ImageSize(side, random.Next(1, 60)),
            5 => new ImageSize(random.Next(1, 60), side),
            _ => new ImageSize(side, random.Next(1, ImageSize.MaxSide + 1)),
        };
    }
}
