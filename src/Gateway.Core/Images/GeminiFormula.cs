namespace Gateway.Core.Images;

/// <summary>
/// Google's rule for Gemini, which it calls approximate: 258 tokens for an image with both sides at most 384; else the image is
/// cut into squares of two thirds of its shorter side, rounded down, and each square costs 258. An estimate for admission and
/// quotes: what is billed comes from the provider's usage.
/// </summary>
/// <remarks>
/// Source: Gemini API documentation, page "Token counting". As published the number of squares grows without end as an image gets
/// thinner, so 16 at most are counted: far beyond the shapes of pictures, of which one of 4 : 1 needs 14. A crop is 1 pixel at
/// least. The vendor knows no <c>detail</c>: any is counted alike, and reported as <see cref="ImageDetail.High"/>. The image is not
/// scaled; its own size is reported.
/// </remarks>
public sealed record GeminiFormula : ImageFormula
{
    private const int SmallSide = 384;
    private const int MostTiles = 16;
    private const int PerTile = 258;

    public override string Name => "gemini-258";

    public override ImageCount Count(ImageSize size, ImageDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Shortest, 1, nameof(size));
        if (size.Longest <= SmallSide)
        {
            return Counted(size, 1);
        }

        int crop = (int)Math.Max(size.Shortest * 2L / 3, 1);
        long tiles = (long)PatchGrid.Along(size.Width, crop) * PatchGrid.Along(size.Height, crop);
        return Counted(size, (int)Math.Min(tiles, MostTiles));
    }

    public override ImageCount Largest(ImageDetail detail) => Counted(default, MostTiles);

    private static ImageCount Counted(ImageSize size, int tiles) => new(ImageDetail.High, size, ImageUnit.Tile, tiles, tiles * PerTile);
}
