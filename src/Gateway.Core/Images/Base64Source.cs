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

        int at = _at;
        int skip = (int)offset % 3;
        int written = 0;
        while (written < count)
        {
            int group = NextGroup(ref at);
            for (int i = skip; i < 3 && written < count; i++)
            {
                destination[written++] = (byte)(group >> (16 - (8 * i)));
            }

            skip = 0;
        }

        return count;
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
            ReadOnlySpan<byte> ahead = _text.Slice(_at, Math.Min(symbol - _symbol, _text.Length - _at));
            int run = ahead.IndexOfAnyExcept(Base64Alphabet.Symbols);
            if (run != 0)
            {
                run = run < 0 ? ahead.Length : run;
                _symbol += run;
                _at += run;
                continue;
            }

            if (Base64Alphabet.Read(_text[_at..], _jsonEscaped, out int length) < Base64Alphabet.Blank)
            {
                _symbol++;
            }

            _at += length;
        }
    }

    private readonly int NextGroup(ref int at)
    {
        if (_shape.IsCompact && at <= _shape.Symbols - 4)
        {
            ReadOnlySpan<byte> four = _text.Slice(at, 4);
            at += 4;
            return (Base64Alphabet.Classify(four[0]) << 18) | (Base64Alphabet.Classify(four[1]) << 12)
                | (Base64Alphabet.Classify(four[2]) << 6) | Base64Alphabet.Classify(four[3]);
        }

        int group = 0;
        for (int i = 0; i < 4; i++)
        {
            group = (group << 6) | NextSymbol(ref at);
        }

        return group;
    }

    // What is missing of the last group reads as zeros.
    private readonly int NextSymbol(ref int at)
    {
        while (at < _text.Length)
        {
            int found = Base64Alphabet.Read(_text[at..], _jsonEscaped, out int length);
            at += length;
            if (found < Base64Alphabet.Blank)
            {
                return found;
            }
        }

        return 0;
    }
}
