using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;

namespace Gateway.Tests.Files;

/// <summary>Multipart bodies byte by byte, also such as no client would send.</summary>
internal sealed class FileForm
{
    private const string Boundary = "----boundary";
    private readonly List<byte> _body = [];

    public static FileForm Of(byte[] file, string? purpose = "vision", string filename = "a.png")
    {
        var form = new FileForm().File(file, filename);
        return purpose is null ? form : form.Field("purpose", purpose);
    }

    public FileForm Field(string name, string value) => Part($"Content-Disposition: form-data; name=\"{name}\"", Encoding.UTF8.GetBytes(value));

    public FileForm File(byte[] bytes, string filename = "a.png") =>
        Part($"Content-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\nContent-Type: text/plain", bytes);

    public FileForm Part(string headers, byte[] bytes)
    {
        _body.AddRange(Encoding.UTF8.GetBytes($"--{Boundary}\r\n{headers}\r\n\r\n"));
        _body.AddRange(bytes);
        _body.AddRange("\r\n"u8);
        return this;
    }

    public HttpContent Content(bool ended = true)
    {
        var end = ended ? Encoding.UTF8.GetBytes($"--{Boundary}--\r\n") : [];
        var content = new ByteArrayContent([.. _body, .. end]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary=\"{Boundary}\"");
        return content;
    }

    /// <summary>Uploads, which must succeed.</summary>
    public async Task<JsonNode> UploadAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsync("/v1/files", Content(), cancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(cancellationToken));
        return await response.JsonAsync();
    }

    /// <summary>A PNG like no other of another seed.</summary>
    public static byte[] Png(int seed, int padding = 100)
    {
        var png = Pictures.Png(8, 4, padding);
        new Random(seed).NextBytes(png.AsSpan(45));
        return png;
    }

    /// <summary>A GIF of one-pixel frames, with a comment of <paramref name="padding"/> bytes or a little more behind the first.</summary>
    public static byte[] Gif(int frames, int padding = 0)
    {
        using var gif = new MemoryStream();
        gif.Write([.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0]);
        for (var i = 0; i < frames; i++)
        {
            gif.Write([(byte)',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 0x01, 0]);
            if (i == 0)
            {
                gif.Write([(byte)'!', 0xFE]);
                for (var written = 0; written < padding; written += 256)
                {
                    gif.WriteByte(255);
                    gif.Write(new byte[255]);
                }

                gif.WriteByte(0);
            }
        }

        gif.WriteByte((byte)';');
        return gif.ToArray();
    }

    /// <summary>A JPEG whose size stands behind <paramref name="segments"/> full segments of 64 KiB.</summary>
    public static byte[] Jpeg(int width, int height, int segments)
    {
        using var jpeg = new MemoryStream();
        jpeg.Write([0xFF, 0xD8]);
        for (var i = 0; i < segments; i++)
        {
            jpeg.Write([0xFF, 0xE2, 0xFF, 0xFF]);
            jpeg.Write(new byte[0xFFFD]);
        }

        jpeg.Write([0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xD9]);
        return jpeg.ToArray();
    }
}
