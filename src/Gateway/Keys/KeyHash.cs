using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gateway.Keys;

/// <summary>SHA-256 of a key as a value, so that it can be looked up without allocating.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct KeyHash : IEquatable<KeyHash>
{
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    public static KeyHash Of(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        return MemoryMarshal.Read<KeyHash>(digest);
    }

    public byte[] ToBytes() => MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in this)).ToArray();

    /// <summary>Compares with a stored hash in constant time.</summary>
    public bool Matches(ReadOnlySpan<byte> stored) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in this)), stored);

    // Without a branch on a part: how much of a hash agrees must not show in the time.
    public bool Equals(KeyHash other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    // A digest is uniform already.
    public override int GetHashCode() => (int)_a;
}
