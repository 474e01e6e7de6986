using System.Net;
using System.Text.Json.Nodes;
using Gateway.Images;
using Gateway.Testing;
using Gateway.Tests.Images;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Pictures behind URLs on their way to a provider that fetches none: they go in the body.</summary>
public sealed class InlinedImageTests : GatewayTest
{
    private const string Url = "http://images.example/cat.png";

    private readonly StubWorld _world = new();

    protected override GatewayAppOptions Options => new()
    {
        World = _world.World,
        Catalog = address => TestCatalog.For(address)
            .Replace("\"providers\": {", $$"""
                "images": { "max_bytes": 3000000 },
                "providers": {
                  "google": { "dialect": "gemini", "base_url": "{{address}}", "api_key": "{{TestCatalog.ProviderKey}}" },
                """, StringComparison.Ordinal)
            .Replace("\"models\": {", """
                "models": {
                  "gem": { "image_tokens": "gemini-258", "max_output_tokens": 50, "deployments": [{ "provider": "google", "model": "gemini-2.5-flash" }] },
                """, StringComparison.Ordinal),
        Settings = new Dictionary<string, string> { ["Gateway:ImageFetch:MaxInlinedBytesPerRequest"] = "6000000" },
    };

    [Fact]
    public async Task Picture_is_fetched_whole_and_sent_along()
    {
        var png = Pictures.Png(600, 600, padding: 2_000_000);
        _world.Name("images.example", StubWorld.Public).At(StubWorld.Public, Origin.Serving(png));

        using var response = await App.ChatAsync(ChatBody.Image("http:\\/\\/images.example\\/cat.png", model: "gem"));

        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        received.Path.ShouldEndWith("/v1beta/models/gemini-2.5-flash:generateContent");
        received.Header("x-goog-api-key").ShouldBe(TestCatalog.ProviderKey);
        received.Header("Authorization").ShouldBeNull();
        var body = JsonNode.Parse(received.BodyText)!;
        var data = body["contents"]![0]!["parts"]![1]!["inlineData"]!;
        ((string?)data["mimeType"]).ShouldBe("image/png");
        Convert.FromBase64String((string)data["data"]!).ShouldBe(png);
        received.BodyText.ShouldNotContain("images.example");
        App.Services.GetRequiredService<PictureMemory>().Held.ShouldBe(0);
    }

    [Fact]
    public async Task Stream_has_an_address_of_its_own()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hi", "gem", stream: true));

        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        received.Path.ShouldEndWith("/v1beta/models/gemini-2.5-flash:streamGenerateContent");
        received.BodyText.ShouldBe("""{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":50}}""");
    }

    [Theory]
    [InlineData("http://127.0.0.1/cat.png")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://images.example:8080/cat.png")]
    [InlineData("http://absent.example/cat.png")]
    public async Task Picture_that_may_not_be_asked_for_is_refused_without_a_reason(string url)
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(10, 10)));

        var error = await RefusedAsync(ChatBody.Image(url, model: "gem"), HttpStatusCode.BadRequest);

        error.ShouldBe(("invalid_image_url", "messages[0].content[1]", "The image at 'messages[0].content[1]' could not be downloaded from its URL. Send it as a data URL, or upload it and send its file id."));
        origin.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Picture_that_is_too_large_or_none_is_refused_by_its_path()
    {
        _world.Host(Origin.Serving(Pictures.Png(10, 10, padding: 3_000_000)));
        _world.Name("pages.example", "93.184.216.35").At("93.184.216.35", Origin.Serving("plain text of some length"u8.ToArray()));

        (await RefusedAsync(ChatBody.Image(Url, model: "gem"), HttpStatusCode.BadRequest)).Code.ShouldBe("image_too_large");
        (await RefusedAsync(ChatBody.Image("http://pages.example/", model: "gem"), HttpStatusCode.BadRequest)).Code.ShouldBe("invalid_image_format");
        App.Services.GetRequiredService<PictureMemory>().Held.ShouldBe(0);
    }

    [Fact]
    public async Task Pictures_that_are_together_too_large_are_refused()
    {
        _world.Host(Origin.Serving(Pictures.Png(10, 10, padding: 2_500_000)));
        var parts = string.Join(',', Enumerable.Range(0, 4).Select(i => ChatBody.Part($"{Url}?{i}")));

        var error = await RefusedAsync($$"""{"model":"gem","messages":[{"role":"user","content":[{{parts}}]}]}""", HttpStatusCode.BadRequest);

        error.Code.ShouldBe("image_too_large");
        App.Services.GetRequiredService<PictureMemory>().Held.ShouldBe(0);
    }

    [Fact]
    public async Task Quote_asks_for_the_size_alone()
    {
        var origin = _world.Host(Origin.Serving(Pictures.Png(960, 540)));
        using var client = App.Client();
        using var content = new StringContent(ChatBody.Image(Url, model: "gem"));

        using var response = await client.PostAsync("/v1/chat/completions/quote", content, Timeout);

        ((int)JsonNode.Parse(await response.Content.ReadAsStringAsync(Timeout))!["image_tokens"]!).ShouldBe(1548);
        origin.Requests.ShouldHaveSingleItem().ShouldContain("Range: bytes=0-");
    }

    private async Task<(string? Code, string? Param, string? Message)> RefusedAsync(string body, HttpStatusCode status)
    {
        using var response = await App.ChatAsync(body);
        response.StatusCode.ShouldBe(status);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Timeout))!["error"]!;
        return ((string?)error["code"], (string?)error["param"], (string?)error["message"]);
    }
}
