namespace Gateway.Core.Images;

/// <summary>
/// Anthropic's rule: a token for each square of 28 pixels that covers the image. An image whose longest side, filled up to whole
/// squares, exceeds the tier's pixels, or which needs more tokens than the tier gives, is scaled down to the longest side that
/// keeps both, found by bisection; the other side is rounded to the nearest pixel, halves to even, to 1 pixel at least. Smaller
/// images are never enlarged.
/// </summary>
/// <remarks>
/// Source: Anthropic's documentation, pages "Vision" and "Vision coordinates". Sides are compared as whole numbers, where the
/// published code divides by an aspect ratio in floating point. The vendor knows no <c>detail</c>: any is counted alike, and
/// reported as <see cref="ImageDetail.High"/>.
/// </remarks>
public sealed record AnthropicFormula : ImageFormula
{
    private const int SquareSide = 28;

    private readonly int _mostAlong;

    /// <summary>Makes the formula of one tier.</summary>
    /// <param name="maxSide">The longest side in pixels, filled up to whole squares: 28 to <see cref="ImageSize.MaxSide"/>.</param>
    /// <param name="maxTokens">The most tokens of one image, 1 or more.</param>
    /// <param name="name">The formula's name; made of the two numbers (<c>anthropic-1568-1568</c>) when absent.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public AnthropicFormula(int maxSide, int maxTokens, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSide, SquareSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxSide, ImageSize.MaxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        (MaxSide, MaxTokens, _mostAlong) = (maxSide, maxTokens, maxSide / SquareSide);
        Name = name ?? $"anthropic-{maxSide}-{maxTokens}";
    }

    public int MaxSide { get; }

    public int MaxTokens { get; }

    public override string Name { get; }

    public override ImageCount Count(ImageSize size, ImageDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Shortest, 1, nameof(size));
        ImageSize scaled = Fits(size) ? size : Shrink(size);
        return Counted(scaled, (int)Squares(scaled));
    }

    public override ImageCount Largest(ImageDetail detail) => Counted(default, PatchGrid.Largest(_mostAlong, MaxTokens));

    private static ImageCount Counted(ImageSize scaled, int tokens) => new(ImageDetail.High, scaled, ImageUnit.Patch, tokens, tokens);

    private static long Squares(ImageSize size) => (long)PatchGrid.Along(size.Width, SquareSide) * PatchGrid.Along(size.Height, SquareSide);

    private static ImageSize Scale(ImageSize size, int longest)
    {
        int other = Math.Max(NearestOrEven((long)longest * size.Shortest, size.Longest), 1);
        return size.Width >= size.Height ? new ImageSize(longest, other) : new ImageSize(other, longest);
    }

    private static int NearestOrEven(long dividend, long divisor)
    {
        (long quotient, long remainder) = Math.DivRem(dividend, divisor);
        bool isUp = 2 * remainder > divisor || (2 * remainder == divisor && quotient % 2 == 1);
        return (int)(isUp ? quotient + 1 : quotient);
    }

    // Neither side grows smaller as the longest grows, so that what fits lies below what does not.
    private ImageSize Shrink(ImageSize size)
    {
        int fits = 1;
        int exceeds = size.Longest;
        while (exceeds - fits > 1)
        {
            int middle = fits + ((exceeds - fits) / 2);
            (fits, exceeds) = Fits(Scale(size, middle)) ? (middle, exceeds) : (fits, middle);
        }

        return Scale(size, fits);
    }

    private bool Fits(ImageSize size) => PatchGrid.Along(size.Longest, SquareSide) <= _mostAlong && Squares(size) <= MaxTokens;
}
