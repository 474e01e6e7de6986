namespace Gateway.Core.Images;

/// <summary>Reads the text of a JSON string one character at a time, so that a large one need not be copied to be unescaped.</summary>
internal static class JsonEscape
{
    private const int UnicodeLength = 6;

    /// <summary>Reads the character at the start of <paramref name="text"/>, which is not empty.</summary>
    /// <param name="text">The rest of the string as it stands between its quotes.</param>
    /// <param name="escaped">Whether a backslash begins an escape; else it is a character as any other.</param>
    /// <param name="length">How many bytes the character takes up, 1 at least.</param>
    /// <returns>An ASCII character, another byte as it is, a UTF-16 code unit, or -1 for a broken escape.</returns>
    public static int Read(ReadOnlySpan<byte> text, bool escaped, out int length)
    {
        length = 1;
        if (text[0] != (byte)'\\' || !escaped)
        {
            return text[0];
        }

        if (text.Length < 2)
        {
            return -1;
        }

        if (text[1] == (byte)'u')
        {
            return ReadUnicode(text, ref length);
        }

        length = 2;
        return text[1] switch
        {
            (byte)'/' or (byte)'\\' or (byte)'"' => text[1],
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            _ => -1,
        };
    }

    private static int ReadUnicode(ReadOnlySpan<byte> text, ref int length)
    {
        if (text.Length < UnicodeLength)
        {
            return -1;
        }

        int code = 0;
        foreach (byte digit in text[2..UnicodeLength])
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return -1;
            }

            // Letters have bit 6 set in either case, and their low four bits begin at 1 for A.
            code = (code << 4) | ((digit & 0xF) + ((digit >> 6) * 9));
        }

        length = UnicodeLength;
        return code;
    }
}
