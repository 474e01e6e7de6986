namespace Gateway.Core.Images;

/// <summary>A detail as it stands on the wire.</summary>
public static class ImageDetailText
{
    public static string Of(ImageDetail detail) => detail switch
    {
        ImageDetail.Low => "low",
        ImageDetail.High => "high",
        ImageDetail.Original => "original",
        _ => "auto",
    };
}
