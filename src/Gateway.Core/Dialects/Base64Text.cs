using System.Buffers;
using Gateway.Core.Images;

namespace Gateway.Core.Dialects;

/// <summary>Base64 as every provider reads it: the standard alphabet, padded, without blanks or escapes.</summary>
internal static class Base64Text
{
    private static readonly SearchValues<byte> Standard = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Leaves what is so already as it stands; anything else is copied, and cleaned.</summary>
    /// <param name="text">The inside of a JSON string.</param>
    /// <param name="escaped">Whether it holds escapes.</param>
    /// <returns>False where it is no base64.</returns>
    public static bool TryClean(ref ReadOnlyMemory<byte> text, bool escaped)
    {
        var end = text.Span.IndexOfAnyExcept(Standard);
        if (text.Length % 4 == 0 && (end < 0 || (end >= text.Length - 2 && text.Span[end..].IndexOfAnyExcept((byte)'=') < 0)))
        {
            return true;
        }

        if (!Base64Shape.TryScan(text.Span, escaped, out var shape))
        {
            return false;
        }

        var clean = new byte[(shape.Symbols + 3) / 4 * 4];
        var written = 0;
        for (var rest = text.Span; !rest.IsEmpty;)
        {
            var run = rest.IndexOfAnyExcept(Standard);
            run = run < 0 ? rest.Length : run;
            rest[..run].CopyTo(clean.AsSpan(written));
            written += run;
            rest = rest[run..];
            if (rest.IsEmpty)
            {
                break;
            }

            var character = JsonEscape.Read(rest, escaped, out var length);
            rest = rest[length..];
            if (Base64Alphabet.Classify(character) < Base64Alphabet.Blank)
            {
                clean[written++] = character switch
                {
                    '-' => (byte)'+',
                    '_' => (byte)'/',
                    _ => (byte)character,
                };
            }
        }

        clean.AsSpan(written).Fill((byte)'=');
        text = clean;
        return true;
    }
}
