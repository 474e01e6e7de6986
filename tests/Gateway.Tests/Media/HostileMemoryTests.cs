using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Errors;
using Gateway.Pipeline.Multipart;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Media;

/// <summary>Small bodies that would be large, and large ones of nothing. Counts what the whole process allocates, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(HostileMemoryTests), DisableParallelization = true)]
[Collection(nameof(HostileMemoryTests))]
public sealed class HostileMemoryTests : MediaTest
{
    private const string Transcriptions = "/v1/audio/transcriptions";

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, br")]
    [InlineData("br, gzip, deflate")]
    public async Task Bomb_of_JSON_is_refused_long_before_it_is_large_and_costs_nothing(string coding)
    {
        // 100 MB of blanks, within what an uncompressed body may have.
        var bomb = CompressedBodyTests.Compress(coding, Enumerable.Repeat((byte)' ', 100 << 20).ToArray());

        var error = await ShouldRefuseAsync("/v1/chat/completions", Content(bomb, "application/json", coding));

        ((string?)error["code"]).ShouldBe("invalid_content_encoding");
        ((string?)error["message"])!.ShouldContain("more than 100 times its size");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Bomb_in_a_form_is_refused_long_before_it_is_large_and_costs_nothing(string coding)
    {
        byte[] form = [.. "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"u8, .. new byte[100 << 20]];

        var error = await ShouldRefuseAsync(Transcriptions, Content(CompressedBodyTests.Compress(coding, form), "multipart/form-data; boundary=b", coding));

        ((string?)error["message"])!.ShouldContain("more than 100 times its size");
    }

    [Fact]
    public async Task Million_parts_are_refused_in_flat_memory()
    {
        var parts = new RepeatedStream("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n"u8.ToArray(), 1_000_000);
        var content = new StreamContent(parts);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        content.Headers.ContentLength = parts.Length;

        var error = await ShouldRefuseAsync(Transcriptions, content);

        ((string?)error["message"])!.ShouldContain($"{MultipartBodyReader.MostParts} parts");
    }

    private static ByteArrayContent Content(byte[] body, string type, string coding)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding).ShouldBeTrue();
        return content;
    }

    private async Task<JsonNode> ShouldRefuseAsync(string path, HttpContent content)
    {
        // What lasts, such as the connection, exists before anything is counted.
        using (await PostAsync(path, "{}"))
        {
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var response = await PostAsync(path, content);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync(Timeout));
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes were allocated.");
        allocated.ShouldBeLessThan(32 << 20);
        var error = await response.ErrorAsync();
        ((string?)error["type"]).ShouldBe(ErrorTypes.InvalidRequest);
        await ShouldKeepNothingAsync();
        return error;
    }
}
