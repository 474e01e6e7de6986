using System.Numerics;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Text;

/// <summary>The size of text for a cheap estimate: its code points by kinds that differ in how many of them make a token.</summary>
/// <param name="Letters">Letters, spaces and control characters of ASCII.</param>
/// <param name="Digits">Digits of ASCII.</param>
/// <param name="Signs">Everything else in ASCII.</param>
/// <param name="Alphabetic">U+0080 to U+0FFF: Latin with accents, Greek, Cyrillic, Arabic, the alphabets of India.</param>
/// <param name="Ideographic">U+1000 to U+FFFF: Chinese, Japanese, Korean, symbols.</param>
/// <param name="Astral">U+10000 and above: emoji above all.</param>
public readonly record struct TextSize(long Letters, long Digits, long Signs, long Alphabetic, long Ideographic, long Astral)
{
    private enum Kind : byte
    {
        Letter,
        Digit,
        Sign,
        Alphabetic,
        Ideographic,
        Astral,
        Continuation,
    }

    private const int Kinds = (int)Kind.Continuation + 1;

    private static readonly Kind[] OfByte = [.. Enumerable.Range(0, 256).Select(KindOf)];

    public static TextSize operator +(TextSize left, TextSize right) => new(
        left.Letters + right.Letters,
        left.Digits + right.Digits,
        left.Signs + right.Signs,
        left.Alphabetic + right.Alphabetic,
        left.Ideographic + right.Ideographic,
        left.Astral + right.Astral);

    /// <summary>
    /// Measures the inside of a JSON string or a stretch of JSON. An escape <c>\uXXXX</c> counts as the character that it stands for, two that
    /// make a surrogate pair as one; every other escape as its two characters, since a line break is often a token of its own.
    /// </summary>
    public static TextSize OfJson(ReadOnlySpan<byte> json)
    {
        Span<long> counts = stackalloc long[Kinds];
        counts.Clear();
        for (var rest = json; ;)
        {
            var at = rest.IndexOf("\\u"u8);
            if (at < 0 || at + 6 > rest.Length)
            {
                Count(rest, counts);
                return new TextSize(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
            }

            // A backslash that is escaped itself begins no escape.
            if ((at - rest[..at].LastIndexOfAnyExcept((byte)'\\')) % 2 == 0)
            {
                Count(rest[..(at + 2)], counts);
                rest = rest[(at + 2)..];
                continue;
            }

            Count(rest[..at], counts);
            rest = rest[at..];
            do
            {
                counts[(int)KindOfUnit(rest[2..6])]++;
                rest = rest[6..];
            }
            while (rest.Length >= 6 && rest[0] == '\\' && rest[1] == 'u');
        }
    }

    private static void Count(ReadOnlySpan<byte> bytes, Span<long> counts)
    {
        if (Vector128.IsHardwareAccelerated && bytes.Length >= Vector128<byte>.Count)
        {
            var vectors = bytes.Length / Vector128<byte>.Count;
            CountVectors(bytes[..(vectors * Vector128<byte>.Count)], counts);
            bytes = bytes[(vectors * Vector128<byte>.Count)..];
        }

        foreach (var value in bytes)
        {
            counts[(int)OfByte[value]]++;
        }
    }

    private static void CountVectors(ReadOnlySpan<byte> bytes, Span<long> counts)
    {
        long letters = 0, digits = 0, ascii = 0, alphabetic = 0, ideographic = 0, astral = 0;
        for (; bytes.Length >= Vector128<byte>.Count; bytes = bytes[Vector128<byte>.Count..])
        {
            var vector = Vector128.Create(bytes);
            var letter = Vector128.LessThan((vector | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
            var space = Vector128.LessThanOrEqual(vector, Vector128.Create((byte)' '));
            var digit = Vector128.LessThan(vector - Vector128.Create((byte)'0'), Vector128.Create((byte)10));
            letters += Set(letter | space);
            digits += Set(digit);
            var high = vector.ExtractMostSignificantBits();
            ascii += Vector128<byte>.Count - BitOperations.PopCount(high);
            if (high != 0)
            {
                alphabetic += Set(Vector128.LessThan(vector - Vector128.Create((byte)0xC0), Vector128.Create((byte)0x21)));
                ideographic += Set(Vector128.LessThan(vector - Vector128.Create((byte)0xE1), Vector128.Create((byte)0x0F)));
                astral += Set(Vector128.GreaterThanOrEqual(vector, Vector128.Create((byte)0xF0)));
            }
        }

        counts[(int)Kind.Letter] += letters;
        counts[(int)Kind.Digit] += digits;
        counts[(int)Kind.Sign] += ascii - letters - digits;
        counts[(int)Kind.Alphabetic] += alphabetic;
        counts[(int)Kind.Ideographic] += ideographic;
        counts[(int)Kind.Astral] += astral;

        static int Set(Vector128<byte> mask) => BitOperations.PopCount(mask.ExtractMostSignificantBits());
    }

    /// <summary>By the first byte of its UTF-8: E0 begins the last of U+0800 to U+0FFF.</summary>
    private static Kind KindOf(int first) => first switch
    {
        <= ' ' => Kind.Letter,
        >= '0' and <= '9' => Kind.Digit,
        >= 'a' and <= 'z' or >= 'A' and <= 'Z' => Kind.Letter,
        < 0x80 => Kind.Sign,
        < 0xC0 => Kind.Continuation,
        <= 0xE0 => Kind.Alphabetic,
        < 0xF0 => Kind.Ideographic,
        _ => Kind.Astral,
    };

    /// <summary>By the code unit of UTF-16. The second half of a pair counts with the first.</summary>
    private static Kind KindOfUnit(ReadOnlySpan<byte> hex)
    {
        var unit = 0;
        foreach (var digit in hex)
        {
            unit = (unit << 4) | ((digit & 0xF) + (digit > '9' ? 9 : 0));
        }

        return unit switch
        {
            < 0x80 => OfByte[unit],
            < 0x1000 => Kind.Alphabetic,
            >= 0xD800 and < 0xDC00 => Kind.Astral,
            >= 0xDC00 and < 0xE000 => Kind.Continuation,
            _ => Kind.Ideographic,
        };
    }
}
