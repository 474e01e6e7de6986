using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gateway.Pipeline;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Bodies that come compressed, sound, damaged and hostile.</summary>
public sealed class CompressedBodyTests : GatewayTest
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, br")]
    [InlineData("br,identity , GZIP")]
    [InlineData("deflate, gzip, br")]
    public async Task Body_is_read_as_if_it_had_come_plain(string coding)
    {
        var text = RandomNumberGenerator.GetHexString(300_000);

        using var response = await SendAsync(coding, Compress(coding, Encoding.UTF8.GetBytes(ChatBody.Text(text))));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var sent = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        Encoding.UTF8.GetString(sent.Body.Span).Contains(text, StringComparison.Ordinal).ShouldBeTrue();
    }

    [Theory]
    [InlineData("gzip", "hello")]
    [InlineData("br", "\u007f\u007f\u007f\u007f\u007f\u007f")]
    [InlineData("deflate", "hello")]
    [InlineData("br, gzip", "hello")]
    public async Task Body_that_is_not_what_its_coding_says_is_refused(string coding, string body)
    {
        using var response = await SendAsync(coding, Encoding.UTF8.GetBytes(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("invalid_content_encoding");
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, zstd")]
    [InlineData("zstd, gzip")]
    [InlineData("gzip, gzip, gzip, gzip")]
    [InlineData("compress")]
    public async Task Other_coding_is_refused_by_name_and_the_known_ones_are_named(string coding)
    {
        using var response = await SendAsync(coding, "x"u8.ToArray());

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain($"'{coding}'");
        response.Header("Accept-Encoding").ShouldBe("gzip, br, deflate");
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Large_middle_of_a_chain_is_a_bomb_even_where_its_end_is_small()
    {
        // Gzip members without content, one behind the other: as much work as one likes, and nothing comes of it.
        byte[] empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var nothing = Enumerable.Repeat(empty, (32 << 20) / empty.Length).SelectMany(member => member).ToArray();

        using var response = await SendAsync("gzip, br", Compress("br", nothing));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain("more than 100 times its size");
    }

    [Fact]
    public async Task Form_is_read_as_if_it_had_come_plain()
    {
        using var form = new MultipartFormDataContent("----form") { { new StringContent("nobody-has-it"), "model" }, { new StringContent("a boat"), "prompt" }, { new ByteArrayContent(Pictures.Png(16, 16)), "image", "a.png" } };
        var body = Compress("gzip, br", await form.ReadAsByteArrayAsync(Timeout));

        using var read = await SendAsync("gzip, br", body, "/v1/images/edits", form.Headers.ContentType!.ToString());
        using var unknown = await SendAsync("gzip, zstd", body, "/v1/images/edits", form.Headers.ContentType!.ToString());

        // What is said of the model shows that the form was found.
        ((string?)(await read.ErrorAsync())["code"], (string?)(await read.ErrorAsync())["message"]).ShouldBe(("model_not_found", "The model `nobody-has-it` does not exist or you do not have access to it."));
        unknown.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        unknown.Header("Accept-Encoding").ShouldBe("gzip, br, deflate");
    }

    internal static byte[] Compress(string codings, byte[] body) =>
        codings.Split(',', StringSplitOptions.TrimEntries).Where(static coding => coding != "identity").Aggregate(body, static (plain, coding) => CompressOnce(coding, plain));

    private static byte[] CompressOnce(string coding, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream stream = coding.ToLowerInvariant() switch
        {
            "br" => new BrotliStream(output, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(output, CompressionLevel.Fastest),
            _ => new GZipStream(output, CompressionLevel.Fastest),
        })
        {
            stream.Write(body);
        }

        return output.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(string coding, byte[] body, string path = "/v1/chat/completions", string mediaType = "application/json")
    {
        using var client = App.Client();
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        return await client.PostAsync(path, content, Timeout);
    }
}
