namespace Gateway.Core.Audio;

/// <summary>ID3v2 tags, which may stand before MPEG audio and FLAC. Source: id3.org, ID3v2.4.0 structure, section 3.1.</summary>
internal static class Id3Tag
{
    private const int HeaderLength = 10;
    private const int MostTags = 4;
    private const byte HasFooter = 0x10;

    /// <summary>Where the file goes on behind its tags; 0 where it has none.</summary>
    public static long Skip(AudioFile file)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        long at = 0;
        for (var tags = 0; tags < MostTags && file.TryRead(at, header) && header.StartsWith("ID3"u8); tags++)
        {
            // Four times seven bits.
            var size = ((header[6] & 0x7F) << 21) | ((header[7] & 0x7F) << 14) | ((header[8] & 0x7F) << 7) | (header[9] & 0x7F);
            at += HeaderLength + size + ((header[5] & HasFooter) != 0 ? HeaderLength : 0);
        }

        return at;
    }
}
