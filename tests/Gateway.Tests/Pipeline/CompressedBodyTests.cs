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
    public async Task Body_that_is_not_what_its_coding_says_is_refused(string coding, string body)
    {
        using var response = await SendAsync(coding, Encoding.UTF8.GetBytes(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("invalid_content_encoding");
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("compress")]
    public async Task Other_coding_is_refused_by_name(string coding)
    {
        using var response = await SendAsync(coding, "x"u8.ToArray());

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain($"'{coding}'");
    }

    internal static byte[] Compress(string coding, byte[] body)
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

    private async Task<HttpResponseMessage> SendAsync(string coding, byte[] body)
    {
        using var client = App.Client();
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        return await client.PostAsync("/v1/chat/completions", content, Timeout);
    }
}
