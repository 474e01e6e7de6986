using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Simulator.Images;

/// <summary>Finds the size of the image inside a data URL.</summary>
internal static class DataUrl
{
    // Nearly every format has its size here; a JPEG with long metadata is decoded whole in a second try.
    private const int FirstTryBase64 = 4096;

    /// <summary>The size, or null where the URL is no data URL or its image cannot be read.</summary>
    public static ImageSize? ReadSize(ReadOnlySpan<byte> url)
    {
        var at = url.IndexOf(";base64,"u8);
        if (at < 0 || !url.StartsWith("data:"u8))
        {
            return null;
        }

        var base64 = url[(at + 8)..];
        return base64.Length > FirstTryBase64
            ? Decode(base64[..FirstTryBase64]) ?? Decode(base64)
            : Decode(base64);
    }

    private static ImageSize? Decode(ReadOnlySpan<byte> base64)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(base64.Length) + 3);
        try
        {
            // What was decoded before an error still counts: only the header matters.
            Base64.DecodeFromUtf8(base64, rented, out _, out var written);
            return ImageHeader.Read(rented.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
