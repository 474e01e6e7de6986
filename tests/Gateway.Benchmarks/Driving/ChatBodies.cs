using System.Buffers.Binary;

namespace Gateway.Benchmarks.Driving;

/// <summary>Request bodies. Pictures have a true header and bytes that say nothing.</summary>
internal static class ChatBodies
{
    private const int SmallImageBytes = 900;

    public static string Text(string model, bool stream) => Body(model, stream, "");

    /// <summary>Less than 2 KB with its picture of 640 x 480.</summary>
    public static string SmallImage(string model, bool stream) => Body(model, stream, ImagePart(Png(640, 480, SmallImageBytes)));

    /// <summary>A picture whose data URL is about so long.</summary>
    public static string LargeImage(string model, int urlBytes) => Body(model, stream: false, ImagePart(Png(4096, 4096, urlBytes / 4 * 3)));

    public static byte[] Png(int width, int height, int length)
    {
        var bytes = Noise(length);
        ReadOnlySpan<byte> header = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];
        header.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        bytes[24] = 8;
        bytes[25] = 6;
        bytes.AsSpan(26, 3).Clear();
        return bytes;
    }

    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="length">Of the file.</param>
    /// <param name="metadata">Bytes of APP segments before the frame header, as cameras write them.</param>
    public static byte[] Jpeg(int width, int height, int length, int metadata)
    {
        const int Segment = 65_533;
        var bytes = Noise(length);
        bytes[0] = 0xFF;
        bytes[1] = 0xD8;
        var at = 2;
        while (metadata > 0)
        {
            var size = Math.Min(metadata, Segment) + 2;
            bytes[at] = 0xFF;
            bytes[at + 1] = 0xE1;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 2), (ushort)size);
            at += size + 2;
            metadata -= size - 2;
        }

        ReadOnlySpan<byte> frame = [0xFF, 0xC0, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3];
        frame.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    public static string ImagePart(byte[] image) =>
        $$$""",{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Convert.ToBase64String(image)}}}","detail":"high"}}""";

    public static string Body(string model, bool stream, string parts) =>
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"max_tokens":100,"messages":[{"role":"system","content":"You are a helpful assistant who answers in one sentence."},{"role":"user","content":[{"type":"text","text":"What is to be seen in this picture, and what would you change about it?"}{{parts}}]}]}""";

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
