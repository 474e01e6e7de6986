namespace Gateway.Core.Images;

/// <summary>
/// OpenAI's rule for tile models: a base, and a price for each square of 512 pixels.
/// <list type="number">
/// <item>Scale down to fit 2048 x 2048, rounding the other side down, to 1 pixel at least.</item>
/// <item>If the shortest side is then above 768 (512 for image models), scale it down to that, rounding the other side down.</item>
/// <item>Count the squares of 512 pixels that cover the result: 8 at most (4 for image models).</item>
/// </list>
/// Smaller images are never enlarged. Source: OpenAI's guide "Images and vision", section on calculating costs. It leaves
/// the rounding of the first step open; down is what agrees with the second step and with what the API has billed.
/// </summary>
/// <remarks>
/// Low detail costs the base alone, whatever the size: it reports no tiles, and the image's own size as the scaled one.
/// Tile models know no <see cref="ImageDetail.Original"/>; it counts as high, the dearest that they have, so that a
/// request written for a newer model is never quoted too low; <see cref="AutoDetail.Original"/> likewise.
/// </remarks>
public sealed record TileFormula : ImageFormula
{
    private const int FitSide = 2048;
    private const int TileSide = 512;

    /// <summary>Makes a formula from the two numbers that a vendor publishes.</summary>
    /// <param name="baseTokens">Tokens of every image, 0 or more.</param>
    /// <param name="perTile">Tokens of each tile, 0 or more.</param>
    /// <param name="autoDetail">What the model makes of <see cref="ImageDetail.Auto"/>.</param>
    /// <param name="name">The formula's name; made of the two numbers (<c>tile-85-170</c>) when absent.</param>
    /// <param name="shortSide">To how many pixels a longer shortest side is scaled down, 1 to 2048.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public TileFormula(int baseTokens, int perTile, AutoDetail autoDetail = AutoDetail.High, string? name = null, int shortSide = 768)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shortSide, FitSide);
        ArgumentOutOfRangeException.ThrowIfNegative(baseTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(perTile);
        (Base, PerTile, AutoDetail, ShortSide) = (baseTokens, perTile, autoDetail, shortSide);
        Name = name ?? $"tile-{baseTokens}-{perTile}";
    }

    public int Base { get; }

    public int PerTile { get; }

    public int ShortSide { get; }

    /// <summary>May be set on a copy: <c>formula with { AutoDetail = AutoDetail.BySize }</c>.</summary>
    public AutoDetail AutoDetail { get; init; }

    public override string Name { get; }

    public override ImageCount Count(ImageSize size, ImageDetail detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Shortest, 1, nameof(size));
        if (IsLow(size, detail))
        {
            return Low(size);
        }

        ImageSize scaled = Scale(size);
        return High(scaled, Squares(scaled.Width) * Squares(scaled.Height));
    }

    public override ImageCount Largest(ImageDetail detail) => detail switch
    {
        ImageDetail.Low => Low(default),
        ImageDetail.Auto when AutoDetail is AutoDetail.Low => Low(default),
        _ => High(default, FitSide / TileSide * Squares(ShortSide)),
    };

    private ImageSize Scale(ImageSize size)
    {
        ImageSize fitted = size.Longest > FitSide ? Shrink(size, FitSide, size.Longest) : size;
        return fitted.Shortest > ShortSide ? Shrink(fitted, ShortSide, fitted.Shortest) : fitted;
    }

    // The side that is scaled to `to` comes out exact; the other is rounded down, and kept from vanishing.
    private static ImageSize Shrink(ImageSize size, int to, int from) => new(
        Math.Max((int)((long)size.Width * to / from), 1),
        Math.Max((int)((long)size.Height * to / from), 1));

    private static int Squares(int side) => (side + TileSide - 1) / TileSide;

    private bool IsLow(ImageSize size, ImageDetail detail) => detail switch
    {
        ImageDetail.Low => true,
        ImageDetail.Auto => AutoDetail is AutoDetail.Low || (AutoDetail is AutoDetail.BySize && size.Longest <= TileSide),
        _ => false,
    };

    private ImageCount Low(ImageSize size) => new(ImageDetail.Low, size, ImageUnit.Tile, 0, Base);

    private ImageCount High(ImageSize scaled, int tiles) =>
        new(ImageDetail.High, scaled, ImageUnit.Tile, tiles, Base + ((long)tiles * PerTile));
}
