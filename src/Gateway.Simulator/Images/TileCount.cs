namespace Gateway.Simulator.Images;

/// <summary>
/// The tokens of an image by OpenAI's tile rule: fit 2048 x 2048, bring the shorter side down to 768, cover with squares of
/// 512; never enlarge, round down.
/// </summary>
/// <param name="Base">Tokens of every image.</param>
/// <param name="PerTile">Tokens of each square on top.</param>
internal sealed record TileCount(int Base, int PerTile)
{
    private const int MostTiles = 8;

    /// <summary>The tokens of one image.</summary>
    /// <param name="size">Null = unknown: the most that an image can cost.</param>
    /// <param name="low">Detail <c>low</c> costs the base alone.</param>
    public int Tokens(ImageSize? size, bool low) =>
        low ? Base
        : size is { } known ? Base + (PerTile * Tiles(known.Width, known.Height))
        : Base + (PerTile * MostTiles);

    private static int Tiles(long width, long height)
    {
        (width, height) = Shrink(width, height, Math.Max(width, height), 2048);
        (width, height) = Shrink(width, height, Math.Min(width, height), 768);
        return (int)(((width + 511) / 512) * ((height + 511) / 512));
    }

    private static (long Width, long Height) Shrink(long width, long height, long side, long limit) =>
        side <= limit
            ? (width, height)
            : (Math.Max(1, width * limit / side), Math.Max(1, height * limit / side));
}
