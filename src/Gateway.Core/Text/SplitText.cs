using System.Globalization;
using System.Text;

namespace Gateway.Core.Text;

/// <summary>
/// Text as <see cref="SplitPatterns"/> sees it: ASCII as it is, and for every other code point one character of the same kind. The
/// patterns ask for no more than the kind, and so a letter outside of the basic plane, two characters of UTF-16, is a letter to them too.
/// </summary>
internal static class SplitText
{
    private const char Upper = 'A';
    private const char Lower = 'a';
    private const char OtherLetter = '\u00AA';
    private const char Mark = '\u0300';
    private const char Number = '0';
    private const char Space = '\t';
    private const char Symbol = '#';

    // After so many bytes of ASCII one after the other the vectorised way pays again.
    private const int AsciiRun = 16;

    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="characters">As many as there are bytes, or more.</param>
    /// <returns>Characters written: one for each code point.</returns>
    public static int Write(ReadOnlySpan<byte> utf8, Span<char> characters)
    {
        var (read, written, ascii) = (0, 0, AsciiRun);
        while (read < utf8.Length)
        {
            if (ascii >= AsciiRun)
            {
                Ascii.ToUtf16(utf8[read..], characters[written..], out var run);
                read += run;
                written += run;
                ascii = 0;
                continue;
            }

            var first = utf8[read];
            if (first < 0x80)
            {
                characters[written++] = (char)first;
                read++;
                ascii++;
                continue;
            }

            var codePoint = first switch
            {
                < 0xE0 => ((first & 0x1F) << 6) | (utf8[read + 1] & 0x3F),
                < 0xF0 => ((first & 0x0F) << 12) | ((utf8[read + 1] & 0x3F) << 6) | (utf8[read + 2] & 0x3F),
                _ => ((first & 0x07) << 18) | ((utf8[read + 1] & 0x3F) << 12) | ((utf8[read + 2] & 0x3F) << 6) | (utf8[read + 3] & 0x3F),
            };
            characters[written++] = StandIn(codePoint);
            read += BytesOf(first);
            ascii = 0;
        }

        return written;
    }

    /// <summary>Bytes of the code point that begins with this one, in valid UTF-8.</summary>
    public static int BytesOf(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>
    /// Where text may be cut so that both sides split as the whole would: the last such place, or 0. Letters end where neither a letter nor
    /// a mark nor an apostrophe (of a contraction) follows, numbers where no number does, everything but white space before white space that
    /// is no line break, and line breaks before anything but white space and the slash, which one pattern takes with them.
    /// </summary>
    public static int LastCut(ReadOnlySpan<char> characters)
    {
        for (var at = characters.Length - 1; at > 0; at--)
        {
            if (IsCut(characters[at - 1], characters[at]))
            {
                return at;
            }
        }

        return 0;
    }

    private static bool IsCut(char before, char behind)
    {
        if (char.IsLetter(before))
        {
            return !char.IsLetter(behind) && behind is not (Mark or '\'');
        }

        if (char.IsDigit(before))
        {
            return !char.IsDigit(behind);
        }

        return before is '\r' or '\n'
            ? !char.IsWhiteSpace(behind) && behind != '/'
            : !char.IsWhiteSpace(before) && char.IsWhiteSpace(behind) && behind is not ('\r' or '\n');
    }

    private static char StandIn(int codePoint)
    {
        switch (CharUnicodeInfo.GetUnicodeCategory(codePoint))
        {
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter:
                return Upper;
            case UnicodeCategory.LowercaseLetter:
                // The long s is an s where case does not matter, as in the contractions.
                return codePoint == 0x17F ? 's' : Lower;
            case UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter:
                return OtherLetter;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                return Mark;
            case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber:
                return Number;
            case UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                return Space;
            default:
                // The next line of the C1 controls is white space without being a separator.
                return codePoint == 0x85 ? Space : Symbol;
        }
    }
}
