namespace Gateway.Core.Images;

/// <summary>
/// OpenAI's rule for pictures that an image model is given to work on: that of tile models with a shortest side of 512 pixels, and a flat
/// amount more for each where the request asks for high input fidelity, by the picture's shape. Source: OpenAI's guide "Images and vision", section on
/// calculating costs, GPT Image 1.
/// </summary>
/// <remarks>The fidelity stands in the detail's place: <see cref="ImageDetail.High"/> is high fidelity, any other the usual one.</remarks>
public sealed record ImageModelFormula : ImageFormula
{
    private const int ShortSide = 512;
    private readonly TileFormula _tiles;

    /// <param name="baseTokens">Tokens of every picture, 0 or more.</param>
    /// <param name="perTile">Tokens of each square of 512 pixels, 0 or more.</param>
    /// <param name="square">Tokens more for a square picture at high fidelity, 0 or more.</param>
    /// <param name="oblong">The same for one that is wider than high, or higher than wide.</param>
    /// <param name="name">The formula's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public ImageModelFormula(int baseTokens, int perTile, int square, int oblong, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(square);
        ArgumentOutOfRangeException.ThrowIfNegative(oblong);
        _tiles = new TileFormula(baseTokens, perTile, name: name, shortSide: ShortSide);
        (Square, Oblong, Name) = (square, oblong, name);
    }

    public int Square { get; }

    public int Oblong { get; }

    public override string Name { get; }

    public override ImageCount Count(ImageSize size, ImageDetail detail) => At(_tiles.Count(size, ImageDetail.High), detail, size.Width == size.Height ? Square : Oblong);

    public override ImageCount Largest(ImageDetail detail) => At(_tiles.Largest(ImageDetail.High), detail, Math.Max(Square, Oblong));

    private static ImageCount At(in ImageCount tiles, ImageDetail detail, int fidelity) => detail == ImageDetail.High
        ? tiles with { Tokens = tiles.Tokens + fidelity }
        : tiles with { Detail = ImageDetail.Low };
}
