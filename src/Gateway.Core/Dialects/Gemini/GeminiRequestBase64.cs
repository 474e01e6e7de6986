using Gateway.Core.Images;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Writes base64 as the API takes it: the standard alphabet, padded, without blanks or escapes. What is so already is not copied.</summary>
internal static class GeminiRequestBase64
{
    /// <param name="output">Takes the text, without quotes.</param>
    /// <param name="text">The text between its quotes.</param>
    /// <param name="escaped">Whether it holds JSON escapes.</param>
    /// <returns>False where it is no base64, with nothing written.</returns>
    public static bool TryWrite(GeminiRequestBody output, ReadOnlyMemory<byte> text, bool escaped)
    {
        if (!Base64Shape.TryScan(text.Span, escaped, out var shape))
        {
            return false;
        }

        var symbols = text[..Math.Min(shape.Symbols, text.Length)];
        if (shape.IsCompact && !symbols.Span.ContainsAny((byte)'-', (byte)'_'))
        {
            output.Refer(symbols);
        }
        else
        {
            output.Refer(Clean(text.Span, escaped, shape.Symbols));
        }

        output.Write("=="u8[..((4 - (shape.Symbols % 4)) % 4)]);
        return true;
    }

    private static byte[] Clean(ReadOnlySpan<byte> text, bool escaped, int symbols)
    {
        var clean = new byte[symbols];
        for (var (at, count) = (0, 0); count < symbols;)
        {
            var run = text[at..].IndexOfAnyExcept(Base64Alphabet.Symbols);
            run = Math.Min(run < 0 ? text.Length - at : run, symbols - count);
            text.Slice(at, run).CopyTo(clean.AsSpan(count));
            (at, count) = (at + run, count + run);
            if (run > 0)
            {
                continue;
            }

            var character = JsonEscape.Read(text[at..], escaped, out var length);
            at += length;
            if (Base64Alphabet.Classify(character) < Base64Alphabet.Blank)
            {
                clean[count++] = (byte)character;
            }
        }

        clean.AsSpan().Replace((byte)'-', (byte)'+');
        clean.AsSpan().Replace((byte)'_', (byte)'/');
        return clean;
    }
}
