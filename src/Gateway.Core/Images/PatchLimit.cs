namespace Gateway.Core.Images;

/// <summary>
/// What a patch model does with an image at one detail, before it is multiplied. A patch is a square of 32 pixels.
/// <list type="number">
/// <item>Scale down to fit <see cref="MaxSide"/> x <see cref="MaxSide"/>, rounding the other side half up, to 1 pixel at least.</item>
/// <item>Count the patches that cover it. If they are more than <see cref="Budget"/>, scale down to the largest size of whole
/// patches along one side that keeps the shape and the budget, rounding the other side down, to 1 pixel at least.</item>
/// </list>
/// </summary>
/// <param name="MaxSide">The longest side in pixels, 1 to <see cref="ImageSize.MaxSide"/>, which is also what null means.</param>
/// <param name="Budget">The most patches, 1 or more; null: no such limit.</param>
/// <param name="RejectAbove">An image that still has more patches is refused; 1 or more, null: none is.</param>
/// <remarks>
/// Source: OpenAI's guide "Images and vision", section on calculating costs, whose formula for the budget is
/// <c>s = sqrt(1024 x budget / (w x h))</c>, then <c>s x min(floor(ws / 32) / (ws / 32), floor(hs / 32) / (hs / 32))</c>. In
/// <c>double</c> the floors come out one too small where the quotient is whole, so they are taken as integer square roots:
/// <c>floor(ws / 32) = isqrt(budget x w / h)</c>. The formula says nothing of an image thinner than one patch at that scale, whose
/// short side would vanish: here it keeps one row of patches, and the row is as long as the budget.
/// </remarks>
public readonly record struct PatchLimit(int? MaxSide = null, int? Budget = null, int? RejectAbove = null)
{
    private const int PatchSide = 32;

    internal bool IsSound =>
        MaxSide is null or (>= 1 and <= ImageSize.MaxSide) && Budget is null or >= 1 && RejectAbove is null or >= 1;

    /// <summary>The most patches of any image that is not refused.</summary>
    internal int Largest() => PatchGrid.Largest(
        PatchGrid.Along(MaxSide ?? ImageSize.MaxSide, PatchSide),
        Math.Min(Budget ?? int.MaxValue, RejectAbove ?? int.MaxValue));

    /// <summary>The size that is counted, and the patches that cover it.</summary>
    internal ImageSize Scale(ImageSize size, out int patches)
    {
        ImageSize fitted = Fit(size);
        patches = Patches(fitted);
        if (Budget is not { } budget || patches <= budget)
        {
            return fitted;
        }

        ImageSize scaled = Spend(fitted, budget);
        patches = Patches(scaled);
        return scaled;
    }

    // No side is above 65,535 here, and a budget that is exceeded is below 2^22: the products stay far inside 64 bits.
    private static ImageSize Spend(ImageSize size, int budget)
    {
        long width = size.Width;
        long height = size.Height;
        long columns = Math.Clamp(PatchGrid.SquareRoot(budget * width / height), 1, budget);
        long rows = Math.Clamp(PatchGrid.SquareRoot(budget * height / width), 1, budget);
        return columns * height <= rows * width
            ? new ImageSize((int)(columns * PatchSide), AtLeastOne(height * PatchSide * columns / width))
            : new ImageSize(AtLeastOne(width * PatchSide * rows / height), (int)(rows * PatchSide));
    }

    private static int Patches(ImageSize size) => PatchGrid.Along(size.Width, PatchSide) * PatchGrid.Along(size.Height, PatchSide);

    private static int AtLeastOne(long side) => (int)Math.Max(side, 1);

    private ImageSize Fit(ImageSize size)
    {
        int most = MaxSide ?? ImageSize.MaxSide;
        long longest = size.Longest;
        return longest <= most ? size : new ImageSize(Shrink(size.Width), Shrink(size.Height));

        int Shrink(int side) => AtLeastOne(((2L * side * most) + longest) / (2 * longest));
    }
}
