using Gateway.Core.Images;

namespace Gateway.Catalog;

/// <summary>The catalog's <c>images</c>: what pictures are let in, and how those behind a URL are looked at.</summary>
/// <param name="Limits">What one image may be.</param>
/// <param name="MaxPerRequest">The most images of one request, inclusive.</param>
/// <param name="Fetch">How the header of a remote image is read.</param>
internal sealed record ImageSettings(ImageLimits Limits, int MaxPerRequest, ImageFetchSettings Fetch)
{
    public static readonly ImageSettings Default = new(ImageLimits.Default, 50, new ImageFetchSettings());
}
