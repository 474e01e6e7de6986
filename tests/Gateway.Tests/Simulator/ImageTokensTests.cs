using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Gateway.Simulator.Images;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ImageTokensTests
{
    private const int OneMessage = 3 + 4;

    [Theory]
    [InlineData(1, 1, 255)]
    [InlineData(512, 512, 255)]
    [InlineData(513, 512, 425)]
    [InlineData(640, 480, 425)]
    [InlineData(1024, 1024, 765)]
    [InlineData(1126, 488, 595)]
    [InlineData(2048, 768, 1445)]
    [InlineData(2048, 4096, 1105)]
    [InlineData(4096, 8192, 1105)]
    [InlineData(2560, 1669, 1105)]
    [InlineData(864, 1153, 765)]
    [InlineData(8192, 100, 765)]
    [InlineData(20000, 1, 765)]
    public void Tiles_cover_the_shrunk_image(int width, int height, int tokens)
    {
        OpenAiCount.Tokens(null, new ImageSize(width, height), null).ShouldBe(tokens);
        OpenAiCount.Tokens("gpt-4o", new ImageSize(height, width), "high").ShouldBe(tokens);
        OpenAiCount.Tokens("gpt-4.1", new ImageSize(width, height), "low").ShouldBe(85);
    }

    [Theory]
    [InlineData("gpt-4o-mini", 1024, 1024, "high", 25501)]
    [InlineData("gpt-4o-mini-2024-07-18", 2048, 768, "low", 2833)]
    [InlineData("gpt-5", 1024, 1024, null, 630)]
    [InlineData("gpt-5.1", 2048, 4096, "auto", 910)]
    [InlineData("o3", 640, 480, "high", 375)]
    [InlineData("computer-use-preview", 1024, 1024, "high", 581)]
    [InlineData("gpt-5-mini", 1, 1, "low", 2)]
    [InlineData("gpt-5-mini", 256, 256, "high", 77)]
    [InlineData("gpt-5-mini", 768, 1024, "high", 922)]
    [InlineData("gpt-5-mini", 1920, 1080, "high", 1810)]
    [InlineData("gpt-5-mini", 1800, 2400, "high", 1743)]
    [InlineData("gpt-5-mini", 4096, 4096, "high", 1826)]
    [InlineData("gpt-5-nano", 2048, 768, "high", 2304)]
    [InlineData("gpt-4.1-mini", 1024, 1024, "high", 1659)]
    [InlineData("o4-mini", 1600, 1600, "high", 2617)]
    [InlineData("gpt-4.1-nano", 33, 33, "high", 10)]
    [InlineData("gpt-5.4", 2048, 2048, "auto", 3000)]
    [InlineData("gpt-5.4-mini", 1800, 2400, "high", 2942)]
    [InlineData("gpt-5.4", 2048, 2048, "low", 4916)]
    [InlineData("gpt-5.4", 4096, 4096, "original", 12000)]
    [InlineData("gpt-5.5", 1800, 2400, "low", 231)]
    [InlineData("gpt-5.5", 1800, 2400, "auto", 5130)]
    [InlineData("gpt-5.6-sol", 4096, 4096, "auto", 19661)]
    [InlineData("gpt-5.2", 7952, 5304, "high", 3303)]
    public void Each_family_counts_by_its_own_rule(string model, int width, int height, string? detail, int tokens)
    {
        OpenAiCount.Tokens(model, new ImageSize(width, height), detail).ShouldBe(tokens);
        OpenAiCount.Tokens(model, new ImageSize(height, width), detail).ShouldBe(tokens);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("jpeg")]
    [InlineData("webp-lossy")]
    [InlineData("webp-lossless")]
    [InlineData("webp-extended")]
    public async Task Size_is_read_from_the_data_url(string format)
    {
        await using var session = await SimulatorSession.StartAsync();
        var url = $"data:image/{format.Split('-')[0]};base64,{Convert.ToBase64String(Header(format, 2048, 4096))}";

        (await ImageTokensAsync(session, url)).ShouldBe(1105);
    }

    [Fact]
    public async Task Size_of_a_jpeg_behind_long_metadata_is_read()
    {
        await using var session = await SimulatorSession.StartAsync();
        byte[] metadata = [0xFF, 0xE1, 0xEA, 0x62, .. new byte[0xEA60]];
        byte[] jpeg = [0xFF, 0xD8, .. metadata, .. Header("jpeg", 1024, 1024).AsSpan(2)];

        (await ImageTokensAsync(session, $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}")).ShouldBe(765);
    }

    [Fact]
    public async Task Size_is_read_though_every_slash_is_escaped()
    {
        await using var session = await SimulatorSession.StartAsync();
        byte[] png = [.. Header("png", 1024, 1024), .. Enumerable.Repeat((byte)0xFF, 300)];
        var url = $"data:image/png;base64,{Convert.ToBase64String(png)}";
        url.ShouldContain("////");
        var body = """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"URL"}}]}]}"""
            .Replace("URL", url.Replace("/", "\\/", StringComparison.Ordinal), StringComparison.Ordinal);

        using var response = await session.PostAsync(body);

        (await SimulatorSession.JsonAsync(response))["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(OneMessage + 765);
    }

    [Theory]
    [InlineData("https://example.com/a.png")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("data:image/png;base64,!!!!")]
    [InlineData("data:image/png,plain")]
    public async Task Unknown_size_costs_the_most(string url)
    {
        await using var session = await SimulatorSession.StartAsync();

        (await ImageTokensAsync(session, url)).ShouldBe(1445);
    }

    [Theory]
    [InlineData("low", 85)]
    [InlineData("high", 765)]
    [InlineData("auto", 765)]
    public async Task Detail_low_costs_the_base_alone(string detail, int tokens)
    {
        await using var session = await SimulatorSession.StartAsync();
        var url = $"data:image/png;base64,{Convert.ToBase64String(Header("png", 1024, 1024))}";

        (await ImageTokensAsync(session, url, detail)).ShouldBe(tokens);
    }

    [Fact]
    public async Task Images_seen_are_told()
    {
        await using var session = await SimulatorSession.StartAsync();
        var image = new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = "https://example.com/a.png" } };
        var body = SimulatorSession.Body();
        body["messages"]![0]!["content"] = new JsonArray(image, image.DeepClone(), new JsonObject { ["type"] = "text", ["text"] = "Same?" });

        var answer = await session.JsonAsync(body);

        answer["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("You asked 'Same?' and sent 2 images.");
    }

    private static async Task<int> ImageTokensAsync(SimulatorSession session, string url, string? detail = null)
    {
        var image = new JsonObject { ["url"] = url };
        if (detail is not null)
        {
            image["detail"] = detail;
        }

        var body = SimulatorSession.Body();
        body["messages"]![0]!["content"] = new JsonArray(new JsonObject { ["type"] = "image_url", ["image_url"] = image });
        return (await session.JsonAsync(body))["usage"]!["prompt_tokens"]!.GetValue<int>() - OneMessage;
    }

    private static byte[] Header(string format, int width, int height)
    {
        var bytes = new byte[40];
        switch (format)
        {
            case "png":
                new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13 }.CopyTo(bytes, 0);
                "IHDR"u8.CopyTo(bytes.AsSpan(12));
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
                break;
            case "gif":
                "GIF89a"u8.CopyTo(bytes);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)height);
                break;
            case "jpeg":
                // A table segment before the frame header.
                new byte[] { 0xFF, 0xD8, 0xFF, 0xDB, 0, 4, 0, 0, 0xFF, 0xC2, 0, 11, 8 }.CopyTo(bytes, 0);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(13), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(15), (ushort)width);
                break;
            default:
                "RIFF"u8.CopyTo(bytes);
                "WEBP"u8.CopyTo(bytes.AsSpan(8));
                WriteWebP(format, bytes, width, height);
                break;
        }

        return bytes;
    }

    private static void WriteWebP(string format, byte[] bytes, int width, int height)
    {
        switch (format)
        {
            case "webp-lossy":
                "VP8 "u8.CopyTo(bytes.AsSpan(12));
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(26), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(28), (ushort)height);
                break;
            case "webp-lossless":
                "VP8L"u8.CopyTo(bytes.AsSpan(12));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(21), (uint)(width - 1) | ((uint)(height - 1) << 14));
                break;
            default:
                "VP8X"u8.CopyTo(bytes.AsSpan(12));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), (uint)(width - 1));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(27), (uint)(height - 1));
                break;
        }
    }
}
