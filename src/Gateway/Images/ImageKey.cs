using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gateway.Images;

/// <summary>SHA-256 of a URL and the settings it was asked under, as a value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ImageKey(UInt128 High, UInt128 Low)
{
    public static ImageKey Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return MemoryMarshal.Read<ImageKey>(digest);
    }

    public override string ToString() => Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<ImageKey>(in this)));

    // A digest is uniform already.
    public override int GetHashCode() => (int)(ulong)High;
}
