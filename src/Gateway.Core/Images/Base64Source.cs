using System.Buffers.Text;

namespace Gateway.Core.Images;

/// <summary>
/// The bytes of a base64 text, decoded where they are asked for and nowhere else. A compact text is random access; in
/// another a read looks over the text between the last read and this one (backwards: from the start), without decoding it.
/// </summary>
/// <param name="text">The text whose <paramref name="shape"/> was scanned.</param>
/// <param name="jsonEscaped">As in <see cref="Base64Shape.TryScan"/>.</param>
/// <param name="shape">The shape that the scan found.</param>
public ref struct Base64Source(ReadOnlySpan<byte> text, bool jsonEscaped, Base64Shape shape)
{
    private const int ChunkSymbols = 128;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly bool _jsonEscaped = jsonEscaped;
    private readonly Base64Shape _shape = shape;

    // Where the group of the last read begins, in symbols and in the text. Kept at its beginning and not at the end of
    // the read, as the next read may begin in the same group and must not count as a step back.
    private int _symbol;
    private int _at;

    public readonly int Length => _shape.Length;

    /// <summary>Decodes from <paramref name="offset"/> on.</summary>
    /// <returns>The number of bytes written: fewer than asked for only at the end, 0 outside the text.</returns>
    public int Read(long offset, scoped Span<byte> destination)
    {
        if (offset < 0 || offset >= Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, Length - offset);
        Seek((int)offset / 3 * 4);

        Span<byte> symbols = stackalloc byte[ChunkSymbols];
        Span<byte> bytes = stackalloc byte[ChunkSymbols / 4 * 3];
        int at = _at;
        int skip = (int)offset % 3;
        for (int written = 0; written < count;)
        {
            int groups = Math.Min((skip + count - written + 2) / 3, ChunkSymbols / 4);
            Gather(ref at, symbols[..(groups * 4)]);
            Base64.DecodeFromUtf8(symbols[..(groups * 4)], bytes, out _, out int decoded);

            ReadOnlySpan<byte> part = bytes[skip..Math.Min(decoded, skip + count - written)];
            part.CopyTo(destination[written..]);
            written += part.Length;
            skip = 0;
        }

        return count;
    }

    // Symbols of the standard alphabet from `at` on; what is missing of the last group reads as zeros.
    private readonly void Gather(ref int at, scoped Span<byte> symbols)
    {
        int count = 0;
        while (count < symbols.Length && at < _text.Length)
        {
            int run = RunAhead(at, symbols.Length - count);
            _text.Slice(at, run).CopyTo(symbols[count..]);
            at += run;
            count += run;
            if (run > 0)
            {
                continue;
            }

            int character = JsonEscape.Read(_text[at..], _jsonEscaped, out int length);
            at += length;
            if (Base64Alphabet.Classify(character) < Base64Alphabet.Blank)
            {
                symbols[count++] = (byte)character;
            }
        }

        symbols[count..].Fill((byte)'A');
        symbols.Replace((byte)'-', (byte)'+');
        symbols.Replace((byte)'_', (byte)'/');
    }

    private void Seek(int symbol)
    {
        if (_shape.IsCompact)
        {
            _at = symbol;
            return;
        }

        if (symbol < _symbol)
        {
            (_symbol, _at) = (0, 0);
        }

        while (_symbol < symbol && _at < _text.Length)
        {
            int run = RunAhead(_at, symbol - _symbol);
            _symbol += run;
            _at += run;
            if (run > 0)
            {
                continue;
            }

            if (Base64Alphabet.Read(_text[_at..], _jsonEscaped, out int length) < Base64Alphabet.Blank)
            {
                _symbol++;
            }

            _at += length;
        }
    }

    // How many of the next characters, `most` at most, are symbols that stand as they are.
    private readonly int RunAhead(int at, int most)
    {
        ReadOnlySpan<byte> ahead = _text.Slice(at, Math.Min(most, _text.Length - at));
        int run = ahead.IndexOfAnyExcept(Base64Alphabet.Symbols);
        return run < 0 ? ahead.Length : run;
    }
}
