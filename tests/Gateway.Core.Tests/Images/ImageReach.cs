using System.Buffers.Binary;

namespace Gateway.Core.Tests.Images;

/// <summary>How many bytes of an image its header takes, worked out plainly from an array; the probe may look at no byte beyond.</summary>
internal static class ImageReach
{
    private const int Signature = 12;
    private const int Png = 33;
    private const int Webp = 30;
    private const int JpegSteps = 4096;

    public static int Of(byte[] bytes)
    {
        ReadOnlySpan<byte> start = bytes;
        int reach = bytes.Length < Signature ? bytes.Length
            : start[0] == 0x89 ? Png
            : start[0] == 0xFF ? Jpeg(bytes)
            : start[0] == 'R' ? Webp
            : start[0] == 'G' ? Gif(bytes)
            : Signature;
        return Math.Min(Math.Max(reach, Signature), bytes.Length);
    }

    private static int Jpeg(byte[] bytes)
    {
        int at = 2;
        for (int step = 0; step < JpegSteps && at + 1 < bytes.Length; step++)
        {
            (byte mark, byte code) = (bytes[at], bytes[at + 1]);
            at++;
            if (mark != 0xFF || code is 0x00 or 0xFF)
            {
                continue;
            }

            at++;
            if (code is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue;
            }

            if (code is 0xD8 or 0xD9 or 0xDA)
            {
                return at;
            }

            if (code is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return at + 8;
            }

            if (at + 2 > bytes.Length)
            {
                return bytes.Length;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
            if (length < 2)
            {
                return at + 2;
            }

            at += length;
        }

        return at + 2;
    }

    private static int Gif(byte[] bytes)
    {
        if (bytes.Length < 13)
        {
            return bytes.Length;
        }

        int at = 13 + Colours(bytes[10]);
        bool framed = false;
        while (at < bytes.Length)
        {
            switch (bytes[at++])
            {
                case 0x00:
                    break;
                case 0x21:
                    at = Data(bytes, at + 1);
                    break;
                case 0x2C when !framed && at + 9 <= bytes.Length:
                    framed = true;
                    at = Data(bytes, at + 10 + Colours(bytes[at + 8]));
                    break;
                case 0x2C when !framed:
                    return bytes.Length;
                default:
                    return at;
            }
        }

        return bytes.Length;
    }

    private static int Data(byte[] bytes, int at)
    {
        while (at < bytes.Length && bytes[at] != 0)
        {
            at += bytes[at] + 1;
        }

        return at + 1;
    }

    private static int Colours(byte flags) => flags < 0x80 ? 0 : 3 << ((flags & 7) + 1);
}
