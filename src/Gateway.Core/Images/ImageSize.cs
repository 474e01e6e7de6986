namespace Gateway.Core.Images;

/// <summary>Width and height in pixels, as stored: a camera's orientation mark is not applied, no formula depends on it.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>
    /// The longest side that is believed, in pixels. JPEG and GIF cannot say more; a PNG or WEBP that does is refused,
    /// as no provider takes it.
    /// </summary>
    public const int MaxSide = 65_535;

    /// <summary>Whether both sides are between 1 and <see cref="MaxSide"/>.</summary>
    public bool IsPlausible => Width is >= 1 and <= MaxSide && Height is >= 1 and <= MaxSide;

    public int Longest => Math.Max(Width, Height);

    public int Shortest => Math.Min(Width, Height);

    public override string ToString() => $"{Width}x{Height}";
}
