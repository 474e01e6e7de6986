namespace Gateway.Core.Images;

/// <summary>
/// What one look over a whole base64 text tells: that it is valid to its end, how many bytes it holds, and whether these
/// can be reached without reading what stands before them.
/// </summary>
/// <param name="Symbols">Characters that carry data: no padding, blanks or escapes.</param>
/// <param name="IsCompact">The symbols stand side by side from the start, so that the n-th is the n-th byte of the text.</param>
public readonly record struct Base64Shape(int Symbols, bool IsCompact)
{
    /// <summary>The number of bytes that the text decodes to.</summary>
    public int Length => (Symbols / 4 * 3) + (Symbols % 4 * 3 / 4);

    /// <summary>
    /// Looks over <paramref name="text"/>. Taken: both alphabets, spaces, tabs and line ends anywhere, padding that is
    /// complete or missing. Refused: any other character, padding that is too long or not at the end, and a length that no
    /// bytes encode to. Bits beyond the last byte are ignored. Runs at the speed of memory over symbols that stand
    /// together, and in linear time over any text; allocates nothing.
    /// </summary>
    /// <param name="text">The text, as it stands in its JSON string when <paramref name="jsonEscaped"/>.</param>
    /// <param name="jsonEscaped">Whether backslashes in the text begin JSON escapes.</param>
    /// <param name="shape">The text's shape; empty when it is refused.</param>
    public static bool TryScan(ReadOnlySpan<byte> text, bool jsonEscaped, out Base64Shape shape)
    {
        int at = RunOfSymbols(text);
        int symbols = at;
        int padding = 0;
        bool compact = true;
        shape = default;

        while (at < text.Length)
        {
            int found = Base64Alphabet.Read(text[at..], jsonEscaped, out int length);
            switch (found)
            {
                case Base64Alphabet.Foreign:
                    return false;
                case Base64Alphabet.Blank:
                    length += RunOfBlanks(text[(at + length)..]);
                    break;
                case Base64Alphabet.Padding:
                    padding++;
                    break;
                default:
                    if (padding > 0)
                    {
                        return false;
                    }

                    int run = RunOfSymbols(text[(at + length)..]);
                    symbols += 1 + run;
                    length += run;
                    compact = false;
                    break;
            }

            at += length;
        }

        if (symbols % 4 == 1 || padding > (4 - (symbols % 4)) % 4)
        {
            return false;
        }

        shape = new Base64Shape(symbols, compact);
        return true;
    }

    // In a text full of escapes the next character is often another one, and a search would cost more than a look.
    private static int RunOfSymbols(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || Base64Alphabet.Classify(text[0]) >= Base64Alphabet.Blank)
        {
            return 0;
        }

        int end = text.IndexOfAnyExcept(Base64Alphabet.Symbols);
        return end < 0 ? text.Length : end;
    }

    private static int RunOfBlanks(ReadOnlySpan<byte> text)
    {
        int end = 0;
        while (end < text.Length && Base64Alphabet.Classify(text[end]) == Base64Alphabet.Blank)
        {
            end++;
        }

        return end;
    }
}
