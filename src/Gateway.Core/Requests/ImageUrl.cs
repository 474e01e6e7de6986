namespace Gateway.Core.Requests;

/// <summary>Tells a data URL, a file's id and a remote URL apart by how they begin, through JSON escapes (<c>https:\/\/</c> is what PHP writes).</summary>
internal static class ImageUrl
{
    private const int LongestScheme = 8;

    public static bool TryClassify(ReadOnlySpan<byte> json, out ImageSource source)
    {
        Span<byte> head = stackalloc byte[LongestScheme];
        head = head[..Unescape(json, head)];
        source = ImageSource.DataUrl;
        if (head.StartsWith("data:"u8))
        {
            return true;
        }

        if (head.StartsWith("file-"u8))
        {
            source = ImageSource.File;
            return true;
        }

        source = ImageSource.Remote;
        return head.StartsWith("http://"u8) || head.StartsWith("https://"u8);
    }

    /// <summary>The first characters in lower case; an escape other than of an ASCII character ends them.</summary>
    private static int Unescape(ReadOnlySpan<byte> json, Span<byte> head)
    {
        var written = 0;
        for (var i = 0; i < json.Length && written < head.Length; i++)
        {
            var value = json[i];
            if (value == '\\' && i + 1 < json.Length)
            {
                i++;
                if (json[i] == '/')
                {
                    value = (byte)'/';
                }
                else if (json[i] == 'u' && i + 4 < json.Length
                    && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(i + 1, 4), out int unit, out var used, 'x') && used == 4 && unit is > 0 and < 128)
                {
                    value = (byte)unit;
                    i += 4;
                }
                else
                {
                    break;
                }
            }

            head[written++] = value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
        }

        return written;
    }
}
