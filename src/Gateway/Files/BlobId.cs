using System.Buffers;

namespace Gateway.Files;

/// <summary>
/// Ids of stored bytes: a UUIDv7 in 32 hexadecimal digits, so that the age of what nobody refers to can be told from its name alone, and compared as text
/// in any collation.
/// </summary>
internal static class BlobId
{
    public const int Length = 32;

    private const int TimeDigits = 12;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    public static string New(DateTimeOffset at) => Guid.CreateVersion7(at).ToString("N");

    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(Hex);

    /// <summary>Below every id made at this time or later, and above all made before its millisecond.</summary>
    public static string FirstAt(DateTimeOffset at) => Math.Max(0, at.ToUnixTimeMilliseconds()).ToString($"x{TimeDigits}");
}
