namespace Gateway.Core.Images;

/// <summary>What an image's header tells.</summary>
/// <param name="Format">Told by the signature.</param>
/// <param name="Size">Both sides between 1 and <see cref="ImageSize.MaxSide"/>.</param>
/// <param name="Animated">More than one frame: looked for in GIF and WEBP; an animated PNG is a PNG, and false.</param>
public readonly record struct ImageHeader(ImageFormat Format, ImageSize Size, bool Animated);
