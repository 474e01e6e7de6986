using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Keys;

/// <summary>
/// The text of a key: <c>sk-gw-</c>, 256 random bits as 43 base62 digits, and 6 digits of CRC-32 over all before them. The checksum tells a
/// mistyped key from an unknown one; it is no secret.
/// </summary>
internal static class ApiKey
{
    public const int Length = 55;

    private const int SecretDigits = 43;
    private const int ChecksumDigits = 6;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int ShownDigits = 4;

    private static ReadOnlySpan<byte> Start => "sk-gw-"u8;

    public static string Generate()
    {
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        Span<byte> text = stackalloc byte[Length];
        Start.CopyTo(text);
        WriteDigits(new BigInteger(secret, isUnsigned: true), text.Slice(Start.Length, SecretDigits));
        WriteDigits(Crc32.Of(text[..^ChecksumDigits]), text[^ChecksumDigits..]);
        CryptographicOperations.ZeroMemory(secret);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>What of a key may be stored and shown beside its name: <c>sk-gw-AbCd...</c>.</summary>
    public static string PrefixOf(string key) => $"{key.AsSpan(0, Start.Length + ShownDigits)}...";

    /// <summary>Copies what has the length and alphabet of a key; false for anything else. The checksum is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> ascii) =>
        text.Length == Length
        && Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done
        && ascii.StartsWith(Start);

    public static bool HasRightChecksum(ReadOnlySpan<byte> ascii)
    {
        Span<byte> expected = stackalloc byte[ChecksumDigits];
        WriteDigits(Crc32.Of(ascii[..^ChecksumDigits]), expected);
        return ascii.EndsWith(expected);
    }

    /// <summary>A presented key for an error message: its ends, where it is long enough that they betray nothing.</summary>
    public static string Mask(ReadOnlySpan<char> presented)
    {
        Span<char> ends = stackalloc char[10];
        if (presented.Length < 24)
        {
            return "***";
        }

        presented[..6].CopyTo(ends);
        presented[^4..].CopyTo(ends[6..]);
        foreach (ref var c in ends)
        {
            c = char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '?';
        }

        return $"{ends[..6]}********{ends[6..]}";
    }

    private static void WriteDigits(BigInteger value, Span<byte> into)
    {
        for (var i = into.Length - 1; i >= 0; i--)
        {
            value = BigInteger.DivRem(value, Digits.Length, out var digit);
            into[i] = (byte)Digits[(int)digit];
        }
    }

    private static void WriteDigits(uint value, Span<byte> into)
    {
        for (var i = into.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, (uint)Digits.Length);
            into[i] = (byte)Digits[(int)digit];
        }
    }
}
