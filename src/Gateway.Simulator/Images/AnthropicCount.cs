namespace Gateway.Simulator.Images;

/// <summary>
/// The tokens of an image at Anthropic's standard tier: one for each patch of 28 x 28 pixels begun. An image of more than 1568
/// patches, or of a side of more than 56, is first made smaller, to the longest side found by halving at which it fits.
/// </summary>
internal static class AnthropicCount
{
    private const int Patch = 28;
    private const int MostAlong = 1568 / Patch;
    private const int Most = 1568;

    /// <summary>The tokens of one image.</summary>
    /// <param name="size">Null = unknown: the most that an image can cost.</param>
    public static int Tokens(ImageSize? size)
    {
        if (size is not { } known)
        {
            return Most;
        }

        var shortest = Math.Min(known.Width, known.Height);
        var longest = Math.Max(known.Width, known.Height);
        if (Fits(longest, shortest))
        {
            return (int)(Along(longest) * Along(shortest));
        }

        var (fitting, tooLong) = (1L, (long)longest);
        while (fitting + 1 < tooLong)
        {
            var tried = (fitting + tooLong) / 2;
            (fitting, tooLong) = Fits(tried, Scaled(shortest, tried, longest)) ? (tried, tooLong) : (fitting, tried);
        }

        return (int)(Along(fitting) * Along(Scaled(shortest, fitting, longest)));
    }

    private static bool Fits(long longest, long shortest) =>
        Along(longest) <= MostAlong && Along(longest) * Along(shortest) <= Most;

    private static long Along(long side) => (side + Patch - 1) / Patch;

    /// <summary>The shorter side in proportion, a half to the even neighbour; 1 at least.</summary>
    private static long Scaled(long shortest, long tried, long longest)
    {
        var (whole, rest) = Math.DivRem(shortest * tried, longest);
        var up = rest * 2 > longest || (rest * 2 == longest && long.IsOddInteger(whole));
        return Math.Max(1, up ? whole + 1 : whole);
    }
}
