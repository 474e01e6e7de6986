namespace Gateway.Core.Images;

/// <summary>
/// A data URL (RFC 2397) with a base64 payload: <c>data:[type][;parameter]*;base64,payload</c>. Scheme, type and
/// <c>base64</c> are told apart in any case; parameters are let through unread; blanks round them are ignored.
/// </summary>
public readonly ref struct DataUri
{
    /// <summary>The longest part before the comma that is read, in characters.</summary>
    public const int MaxHeaderLength = 512;

    private DataUri(ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> payload, bool jsonEscaped, bool declaresImage)
    {
        MediaType = mediaType;
        Payload = payload;
        JsonEscaped = jsonEscaped;
        DeclaresImage = declaresImage;
    }

    /// <summary>The declared type as it is written, with its JSON escapes; empty when absent.</summary>
    public ReadOnlySpan<byte> MediaType { get; }

    /// <summary>All that follows the comma, as it is written.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether backslashes in the spans begin JSON escapes.</summary>
    public bool JsonEscaped { get; }

    /// <summary>Whether the declared type is an <c>image/*</c>. An absent one is not: it means <c>text/plain</c>.</summary>
    public bool DeclaresImage { get; }

    /// <summary>Whether a URL is a data URL, well formed or not.</summary>
    public static bool HasScheme(ReadOnlySpan<byte> url, bool jsonEscaped) => TrySkipScheme(url, jsonEscaped, out _);

    /// <summary>Takes a data URL apart. The payload is not looked at: <see cref="Base64Shape.TryScan"/> does that.</summary>
    /// <param name="url">The URL, as it stands in its JSON string when <paramref name="jsonEscaped"/>.</param>
    /// <param name="jsonEscaped">Whether backslashes in the URL begin JSON escapes, as in <c>image\/png</c>.</param>
    /// <param name="uri">The parts.</param>
    /// <returns>False when the URL has another scheme, no comma, a header that is too long, or a payload not in base64.</returns>
    public static bool TryParse(ReadOnlySpan<byte> url, bool jsonEscaped, out DataUri uri)
    {
        uri = default;
        if (!TrySkipScheme(url, jsonEscaped, out int start))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[MaxHeaderLength];
        int count = 0;
        int typeEnd = -1;
        for (int at = start; at < url.Length && count < buffer.Length;)
        {
            int character = JsonEscape.Read(url[at..], jsonEscaped, out int length);
            if (character < 0)
            {
                return false;
            }

            if (character is ';' or ',' && typeEnd < 0)
            {
                typeEnd = at;
            }

            if (character == ',')
            {
                ReadOnlySpan<byte> header = buffer[..count];
                uri = new DataUri(url[start..typeEnd], url[(at + length)..], jsonEscaped, IsImage(header));
                return IsBase64(header);
            }

            buffer[count++] = AsciiLower(character);
            at += length;
        }

        return false;
    }

    private static bool TrySkipScheme(ReadOnlySpan<byte> url, bool jsonEscaped, out int start)
    {
        start = 0;
        foreach (byte expected in "data:"u8)
        {
            if (start == url.Length || AsciiLower(JsonEscape.Read(url[start..], jsonEscaped, out int length)) != expected)
            {
                return false;
            }

            start += length;
        }

        return true;
    }

    private static bool IsImage(ReadOnlySpan<byte> header)
    {
        int end = header.IndexOf((byte)';');
        ReadOnlySpan<byte> type = (end < 0 ? header : header[..end]).Trim((byte)' ');
        return type.Length > "image/"u8.Length && type.StartsWith("image/"u8);
    }

    // RFC 2397 has the word last, behind a semicolon: without one it would be the type.
    private static bool IsBase64(ReadOnlySpan<byte> header)
    {
        int last = header.LastIndexOf((byte)';');
        return last >= 0 && header[(last + 1)..].Trim((byte)' ').SequenceEqual("base64"u8);
    }

    // What is not ASCII occurs in parameters alone, where any stand-in serves.
    private static byte AsciiLower(int character) => character switch
    {
        >= 'A' and <= 'Z' => (byte)(character | 0x20),
        >= 0 and < 0x80 => (byte)character,
        _ => (byte)'?',
    };
}
