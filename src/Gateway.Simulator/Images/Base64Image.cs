using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Simulator.Images;

/// <summary>Reads what an image is from its base64.</summary>
internal static class Base64Image
{
    // Nearly every format has its size here; a JPEG with long metadata is decoded whole in a second try.
    private const int FirstTryBase64 = 4096;

    /// <summary>The size, or null where the image cannot be read.</summary>
    public static ImageSize? ReadSize(ReadOnlySpan<byte> base64) =>
        base64.Length > FirstTryBase64
            ? Decode(base64[..FirstTryBase64]) ?? Decode(base64)
            : Decode(base64);

    /// <summary>The media type by the first bytes, whatever anybody calls it; null for none that is known.</summary>
    public static string? ReadMediaType(ReadOnlySpan<byte> base64)
    {
        Span<byte> start = stackalloc byte[24];
        Base64.DecodeFromUtf8(base64[..Math.Min(base64.Length, 32)], start, out _, out var written);
        return ImageHeader.MediaType(start[..written]);
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
