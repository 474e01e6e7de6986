namespace Gateway.Simulator.Images;

/// <summary>Finds the size of the image inside a data URL.</summary>
internal static class DataUrl
{
    /// <summary>The size, or null where the URL is no data URL or its image cannot be read.</summary>
    public static ImageSize? ReadSize(ReadOnlySpan<byte> url)
    {
        var at = url.IndexOf(";base64,"u8);
        return at < 0 || !url.StartsWith("data:"u8) ? null : Base64Image.ReadSize(url[(at + 8)..]);
    }
}
