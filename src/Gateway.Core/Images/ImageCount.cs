namespace Gateway.Core.Images;

/// <summary>The tokens of one image, and how they came about.</summary>
/// <param name="Detail">The detail that was counted; never <see cref="ImageDetail.Auto"/>.</param>
/// <param name="Scaled">The size after the model's scaling, in pixels; 0x0 when the image's size is unknown.</param>
/// <param name="Unit">What <paramref name="Units"/> counts.</param>
/// <param name="Units">Tiles or patches; 0 when the tokens are flat.</param>
/// <param name="Tokens">Prompt tokens, 0 or more.</param>
public readonly record struct ImageCount(ImageDetail Detail, ImageSize Scaled, ImageUnit Unit, int Units, long Tokens)
{
    /// <summary>Set when the formula refuses the image: then <see cref="Tokens"/> means nothing.</summary>
    public ImageCountProblem Problem { get; init; }

    /// <summary>The most units that the model takes, where <see cref="Problem"/> is <see cref="ImageCountProblem.TooManyUnits"/>; else 0.</summary>
    public int MostUnits { get; init; }
}
