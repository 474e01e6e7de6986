using System.Buffers;

namespace Gateway.Core.Images;

/// <summary>The characters of base64, in the standard and the URL-safe alphabet alike, and what may stand between them.</summary>
internal static class Base64Alphabet
{
    /// <summary>Classes of characters beside the values 0 to 63 of symbols.</summary>
    public const int Blank = 64;
    public const int Padding = 65;
    public const int Foreign = 66;

    public static SearchValues<byte> Symbols { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);

    private static ReadOnlySpan<byte> Classes =>
    [
        66, 66, 66, 66, 66, 66, 66, 66, 66, 64, 64, 66, 66, 64, 66, 66,
        66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
        64, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 62, 66, 62, 66, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 66, 66, 65, 66, 66,
        66,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 66, 66, 66, 66, 63,
        66, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 66, 66, 66, 66, 66,
    ];

    /// <summary>The value of a symbol, or the class of another character.</summary>
    public static int Classify(int character) => (uint)character < (uint)Classes.Length ? Classes[character] : Foreign;

    /// <summary>Classifies the character at the start of <paramref name="text"/>, which is not empty.</summary>
    public static int Read(ReadOnlySpan<byte> text, bool jsonEscaped, out int length) =>
        Classify(JsonEscape.Read(text, jsonEscaped, out length));
}
