using System.Globalization;
using System.Text;

namespace Gateway.Files;

/// <summary>Names that clients give their files: shown again, and used for nothing else.</summary>
internal static class Filename
{
    public const int MaxLength = 255;

    private const string Nameless = "file";

    /// <summary>
    /// The last part of what may be a path, without control and direction characters, cut to <see cref="MaxLength"/> UTF-16 units at a character's
    /// end; <c>file</c> where nothing is left.
    /// </summary>
    public static string Clean(string given)
    {
        var name = given.AsSpan(given.AsSpan().LastIndexOfAny('/', '\\') + 1).Trim();
        var clean = new StringBuilder(Math.Min(name.Length, MaxLength));
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsHidden(rune))
            {
                continue;
            }

            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            clean.Append(rune.ToString());
        }

        var text = clean.ToString();
        return text.AsSpan().Trim(" .").IsEmpty ? Nameless : text;
    }

    // Direction marks can make a name read as another one.
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
