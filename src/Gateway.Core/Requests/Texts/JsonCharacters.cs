using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Core.Requests.Texts;

/// <summary>The characters inside of a JSON string, one by one, without a string of them: the same, however they are escaped.</summary>
internal static class JsonCharacters
{
    private const int LongEscape = 6;

    /// <summary>Unicode code points in a text.</summary>
    public static long CountPoints(ReadOnlySpan<byte> text)
    {
        long count = 0;
        while (text.Length > 0)
        {
            var isSecondHalf = IsSecondHalf(text);
            text = text[Next(text, out _)..];
            count += isSecondHalf ? 0 : 1;
        }

        return count;
    }

    /// <summary>Units of UTF-16 in a text.</summary>
    public static long CountUnits(ReadOnlySpan<byte> text)
    {
        long count = 0;
        while (text.Length > 0)
        {
            text = text[Next(text, out var units)..];
            count += units;
        }

        return count;
    }

    /// <summary>Bytes of a text's first character or escape.</summary>
    public static int Next(ReadOnlySpan<byte> text, out int units)
    {
        if (text[0] == '\\')
        {
            units = 1;
            return Math.Min(text.Length, text.Length > 1 && text[1] == 'u' ? LongEscape : 2);
        }

        if (text[0] < 0x80)
        {
            units = 1;
            return 1;
        }

        var isWhole = Rune.DecodeFromUtf8(text, out var rune, out var bytes) == OperationStatus.Done;
        units = isWhole ? rune.Utf16SequenceLength : 1;
        return isWhole ? bytes : 1;
    }

    private static bool IsSecondHalf(ReadOnlySpan<byte> text) =>
        text.Length >= LongEscape && text[0] == '\\' && text[1] == 'u'
        && ushort.TryParse(text[2..LongEscape], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) && char.IsLowSurrogate((char)unit);
}
