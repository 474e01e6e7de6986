using System.Text;
using System.Text.Unicode;

namespace Gateway.Core.Text;

/// <summary>
/// Hands out text by stretches of valid UTF-8. What is not valid becomes U+FFFD, one for each longest beginning of a code point, as in the
/// WHATWG's decoder; so does the escape of half a surrogate pair.
/// </summary>
/// <param name="text">UTF-8, or the inside of a JSON string.</param>
/// <param name="isJson">Whether to unescape it. A backslash that begins no escape of JSON stands for itself.</param>
internal ref struct TextSource(ReadOnlySpan<byte> text, bool isJson)
{
    /// <summary>A destination must have room for this many bytes, else nothing is read.</summary>
    public const int LongestCharacter = 4;

    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Reads until the text ends or fewer than <see cref="LongestCharacter"/> bytes are free.</summary>
    /// <returns>Bytes written: whole code points.</returns>
    public int Read(Span<byte> destination)
    {
        var written = 0;
        while (!_rest.IsEmpty && destination.Length - written >= LongestCharacter)
        {
            var plain = isJson ? _rest.IndexOf((byte)'\\') : -1;
            written += plain == 0 ? ReadEscape(destination[written..]) : ReadPlain(plain < 0 ? _rest : _rest[..plain], destination[written..]);
        }

        return written;
    }

    private int ReadPlain(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        var fits = plain;
        if (fits.Length > destination.Length)
        {
            var end = destination.Length;
            while (end > destination.Length - LongestCharacter + 1 && (plain[end] & 0xC0) == 0x80)
            {
                end--;
            }

            fits = plain[..end];
        }

        if (Utf8.IsValid(fits))
        {
            fits.CopyTo(destination);
            _rest = _rest[fits.Length..];
            return fits.Length;
        }

        var (read, written) = (0, 0);
        while (read < fits.Length && destination.Length - written >= LongestCharacter)
        {
            // The replacement is what an invalid sequence decodes to.
            Rune.DecodeFromUtf8(plain[read..], out var character, out var length);
            written += character.EncodeToUtf8(destination[written..]);
            read += length;
        }

        _rest = _rest[read..];
        return written;
    }

    private int ReadEscape(Span<byte> destination)
    {
        if (_rest.Length > 1 && Simple(_rest[1]) is var simple and not 0)
        {
            destination[0] = simple;
            _rest = _rest[2..];
            return 1;
        }

        if (!TryUnit(_rest, out var unit))
        {
            destination[0] = (byte)'\\';
            _rest = _rest[1..];
            return 1;
        }

        _rest = _rest[6..];
        if (!Rune.TryCreate(unit, out var character))
        {
            character = Rune.ReplacementChar;
            if (TryUnit(_rest, out var low) && Rune.TryCreate(unit, low, out var pair))
            {
                character = pair;
                _rest = _rest[6..];
            }
        }

        return character.EncodeToUtf8(destination);
    }

    private static byte Simple(byte escaped) => escaped switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => escaped,
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };

    /// <summary>The code unit of UTF-16 that <c>\uXXXX</c> stands for.</summary>
    private static bool TryUnit(ReadOnlySpan<byte> escape, out char unit)
    {
        unit = '\0';
        if (escape.Length < 6 || escape[0] != '\\' || escape[1] != 'u')
        {
            return false;
        }

        var value = 0;
        foreach (var digit in escape[2..6])
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return false;
            }

            value = (value << 4) | ((digit & 0xF) + (digit > '9' ? 9 : 0));
        }

        unit = (char)value;
        return true;
    }
}
