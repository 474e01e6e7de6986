namespace Gateway.Simulator.Images;

/// <summary>
/// The tokens of an image by Gemini's rule: 258 where both sides are at most 384 pixels, else 258 for each square of two
/// thirds of the shorter side that it takes to cover the image. A lower media resolution costs the same for each image.
/// </summary>
internal static class GeminiCount
{
    private const int PerTile = 258;
    private const int SmallSide = 384;

    /// <summary>The tokens of one image.</summary>
    /// <param name="size">Null = no size to be known, as in a document: one tile.</param>
    public static long Tokens(ImageSize? size)
    {
        if (size is not { } known || Math.Max(known.Width, known.Height) <= SmallSide)
        {
            return PerTile;
        }

        var square = Math.Max(1, (long)Math.Min(known.Width, known.Height) * 2 / 3);
        return Along(known.Width, square) * Along(known.Height, square) * PerTile;
    }

    private static long Along(long side, long square) => (side + square - 1) / square;
}
