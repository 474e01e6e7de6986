using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Core.Text;

/// <summary>The size of text for a cheap estimate: bytes of ASCII, and bytes of everything else in UTF-8.</summary>
public readonly record struct TextSize(long AsciiBytes, long OtherBytes)
{
    public static TextSize operator +(TextSize left, TextSize right) =>
        new(left.AsciiBytes + right.AsciiBytes, left.OtherBytes + right.OtherBytes);

    /// <summary>Measures the inside of a JSON string or a stretch of JSON. An escape <c>\uXXXX</c> counts as the byte of ASCII that it stands for, or else as three others.</summary>
    public static TextSize OfJson(ReadOnlySpan<byte> json)
    {
        var other = Ascii.IsValid(json) ? 0 : CountOther(json);
        var ascii = json.Length - other;
        for (var rest = json; ;)
        {
            var at = rest.IndexOf("\\u"u8);
            if (at < 0 || at + 6 > rest.Length)
            {
                return new TextSize(ascii, other);
            }

            // A backslash that is escaped itself begins no escape.
            if ((at - rest[..at].LastIndexOfAnyExcept((byte)'\\')) % 2 == 0)
            {
                rest = rest[(at + 2)..];
                continue;
            }

            var isAscii = rest[at + 2] == '0' && rest[at + 3] == '0' && rest[at + 4] < '8';
            ascii -= isAscii ? 5 : 6;
            other += isAscii ? 0 : 3;
            rest = rest[(at + 6)..];
        }
    }

    private static int CountOther(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            count += BitOperations.PopCount(word & 0x8080_8080_8080_8080);
        }

        foreach (var last in bytes[(words.Length * sizeof(ulong))..])
        {
            count += last >> 7;
        }

        return count;
    }
}
