using System.Text;
using System.Text.Json;

namespace Gateway.Core.Requests;

/// <summary>
/// Tells a key that is not one of those read here, and that a lenient parser would take for one: Go's <c>encoding/json</c> ignores case,
/// by Unicode's simple folding, in which the long s and the Kelvin sign are letters of ASCII. Such a key would let a provider read
/// another model, maximum or picture than was measured.
/// </summary>
internal static class FoldedKey
{
    private const int Longest = 24;

    /// <param name="name">The key, unescaped, known not to be equal to any of <paramref name="known"/>.</param>
    /// <param name="known">Keys in lower-case ASCII.</param>
    public static bool IsMimic(ReadOnlySpan<byte> name, ReadOnlySpan<string> known)
    {
        // The two letters outside of ASCII take 2 and 3 bytes.
        if (name.Length > Longest * 3)
        {
            return false;
        }

        Span<char> folded = stackalloc char[name.Length];
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            var rest = name[i..];
            if (rest.StartsWith("\u017F"u8))
            {
                folded[length++] = 's';
                i += 1;
            }
            else if (rest.StartsWith("\u212A"u8))
            {
                folded[length++] = 'k';
                i += 2;
            }
            else
            {
                folded[length++] = char.ToLowerInvariant((char)rest[0]);
            }
        }

        foreach (var key in known)
        {
            if (folded[..length].SequenceEqual(key))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="reader">On the key, known not to be equal to any of <paramref name="known"/>.</param>
    /// <param name="known">Keys in lower-case ASCII.</param>
    public static bool IsMimic(ref Utf8JsonReader reader, ReadOnlySpan<string> known) =>
        IsMimic(reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan, known);
}
