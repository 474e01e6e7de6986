using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Testing;
using Gateway.Tests.Images;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Parity;

/// <summary>
/// One picture weighs the same through every endpoint that reaches the same upstream: in its quote, in what is reserved for it, and in its row. The text around it may weigh
/// otherwise, so each request is held against the same one without the picture. Time stands still: what a limit lacks is what was reserved or used.
/// </summary>
public sealed class PictureParityTests : IAsyncLifetime
{
    private const int Limit = 10_000_000;
    private const string Url = "http://images.example/picture.png";
    private const string Chat = "/v1/chat/completions";
    private const string Responses = "/v1/responses";
    private const string Messages = "/v1/messages";

    private readonly StubWorld _world = new();
    private GatewayApp _app = null!; // Made before each test.

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    /// <summary>Model, size, detail, tokens by hand (docs of the vendor), and the endpoints that serve the model.</summary>
    public static TheoryData<string, int, int, string?, long, string[]> Pictures => new()
    {
        // 85 + 170 for each square of 512 pixels: 1; 4 of 768 x 768; 6 of 768 x 1536; none.
        { "tile", 300, 200, null, 255, [Chat, Responses, Messages] },
        { "tile", 1024, 1024, "auto", 765, [Chat, Responses, Messages] },
        { "tile", 2048, 4096, "high", 1105, [Chat, Responses] },
        { "tile", 2048, 4096, null, 1105, [Chat, Responses, Messages] },
        { "tile", 2048, 4096, "low", 85, [Chat, Responses] },

        // Squares of 32 pixels times 1.2, rounded up: 10 x 7 of them; 32 x 32; of the last, made smaller, no more than 1536.
        { "patch", 300, 200, null, 84, [Chat, Responses, Messages] },
        { "patch", 1024, 1024, "auto", 1229, [Chat, Responses, Messages] },
        { "patch", 1800, 2400, "high", 1743, [Chat, Responses] },
        { "patch", 1800, 2400, "low", 1743, [Chat, Responses] },

        // Squares of 28 pixels: 11 x 8; 36 x 36; 52 x 30 of 1456 x 819.
        { "claude", 300, 200, null, 88, [Chat, Messages] },
        { "claude", 1000, 1000, "high", 1296, [Chat, Messages] },
        { "claude", 1920, 1080, null, 1560, [Chat, Messages] },

        // 258 for what is small, else for each square of two thirds of the shorter side.
        { "gemini", 384, 384, null, 258, [Chat, Messages] },
        { "gemini", 960, 540, null, 1548, [Chat, Messages] },
    };

    public async ValueTask InitializeAsync() => _app = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = Catalog, World = _world.World, Time = new ManualClock() });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Picture_weighs_the_same_whichever_endpoint_it_comes_by_and_whether_in_the_body_or_by_url(string model, int width, int height, string? detail, long tokens, string[] paths)
    {
        var png = Testing.Pictures.Png(width, height);
        _world.Host(Origin.Serving(png));
        foreach (var path in paths)
        {
            var without = await WeighAsync(path, Body(path, model, null, detail));
            var prompts = new HashSet<long>();
            foreach (var url in (string[])["data:image/png;base64," + Convert.ToBase64String(png), Url])
            {
                var told = $"{path} {(url == Url ? url : "data")}";

                // Anthropic takes URLs of https alone; what the gateway makes of one shows in the quote.
                var isSent = model != "claude" || url != Url;
                var with = await WeighAsync(path, Body(path, model, url, detail), isSent);

                (with.QuotedImageTokens, with.QuotedParts).ShouldBe((tokens, 1), told);
                (with.QuotedPrompt - without.QuotedPrompt).ShouldBe(tokens, told);
                (with.QuotedCharge - without.QuotedCharge).ShouldBe(tokens, told);
                prompts.Add(with.QuotedPrompt);
                if (!isSent)
                {
                    continue;
                }

                (with.Row!.ImageTokensEstimated, with.Row.Images).ShouldBe((tokens, 1), told);
                with.Reserved.ShouldBe(with.QuotedCharge, told);

                // The simulator counts as the provider does, from the bytes that it gets; of a picture that it only gets the URL of it knows no size.
                if (url != Url || model == "gemini")
                {
                    (with.Row.PromptTokens - without.Row!.PromptTokens).ShouldBe(tokens, told);
                    (with.Row.Amount.NanoUsd - without.Row.Amount.NanoUsd).ShouldBe(tokens * 1000, told);
                }
            }

            prompts.ShouldHaveSingleItem(path);
            (without.QuotedImageTokens, without.QuotedParts, without.Row!.ImageTokens, without.Row.Images).ShouldBe((0, 0, 0, 0), path);
        }
    }

    private static string Body(string path, string model, string? url, string? detail)
    {
        var text = "What's in this image?";
        var limit = path == Responses ? "max_output_tokens" : "max_tokens";
        var said = detail is null ? "" : $",\"detail\":\"{detail}\"";
        var parts = path == Responses ? $$"""{"type":"input_text","text":"{{text}}"}""" : $$"""{"type":"text","text":"{{text}}"}""";
        if (url is not null)
        {
            parts += "," + path switch
            {
                Responses => $$"""{"type":"input_image","image_url":"{{url}}"{{said}}}""",
                Messages when url == Url => $$$"""{"type":"image","source":{"type":"url","url":"{{{url}}}"}}""",
                Messages => $$$"""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{url["data:image/png;base64,".Length..]}}}"}}""",
                _ => $$$"""{"type":"image_url","image_url":{"url":"{{{url}}}"{{{said}}}}}""",
            };
        }

        return $$"""{"model":"{{model}}","{{limit}}":50,"{{(path == Responses ? "input" : "messages")}}":[{"role":"user","content":[{{parts}}]}]}""";
    }

    private static string Catalog(Uri openAiBase)
    {
        (string Model, string Dialect, string Upstream, string Formula)[] kinds =
        [
            ("tile", "openai", "gpt-4o", "\"openai-tile-85-170\""),
            ("patch", "openai", "gpt-5-mini", """{ "patch": { "multiplier": "1.2", "max_side": 2048, "budget": 1536 } }"""),
            ("claude", "anthropic", "claude-sonnet-4-6", "\"anthropic-standard\""),
            ("gemini", "gemini", "gemini-2.5-flash-lite", "\"gemini-258\""),
        ];
        var providers = kinds.Select(kind =>
            $$"""
            "{{kind.Model}}": { "dialect": "{{kind.Dialect}}", "base_url": "{{(kind.Dialect == "openai" ? openAiBase : new Uri(openAiBase, "/"))}}", "api_key": "{{TestCatalog.ProviderKey}}" }
            """);
        var models = kinds.Select(static kind =>
            $$"""
            "{{kind.Model}}": {
              "input": ["text", "image"], "image_tokens": {{kind.Formula}}, "tokenizer": "o200k_base", "max_output_tokens": 1000,
              "prices": [{ "from": "2025-01-01", "input": "1.00", "output": "1.00" }], "deployments": [{ "provider": "{{kind.Model}}", "model": "{{kind.Upstream}}" }]
            }
            """);
        return $$"""{ "images": { "fetch": { "timeout": "20s" } }, "providers": { {{string.Join(',', providers)}} }, "models": { {{string.Join(',', models)}} } }""";
    }

    private async Task<Weight> WeighAsync(string path, string body, bool isSent = true)
    {
        var key = await _app.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = Limit });
        using var client = _app.Client(key);
        using var quoted = await GatewayApp.PostAsync(client, path + "/quote", Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, Timeout);
        quoted.StatusCode.ShouldBe(HttpStatusCode.OK, await quoted.Content.ReadAsStringAsync(Timeout));
        var quote = await quoted.JsonAsync();
        var weight = new Weight(
            (long)quote["image_tokens"]!, quote["images"] is JsonArray parts ? parts.Count : 0, (long)quote["prompt_tokens"]!, (long)quote["limits"]!["tokens_charged"]!);
        if (!isSent)
        {
            return weight;
        }

        using var response = await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var row = (await _app.RowsAsync()).Single(row => row.RequestId == response.Header("x-request-id"));
        row.Endpoint.ShouldBe(path);
        return weight with { Reserved = Limit - long.Parse(response.Header("x-ratelimit-remaining-tokens")!, CultureInfo.InvariantCulture), Row = row };
    }

    private sealed record Weight(long QuotedImageTokens, int QuotedParts, long QuotedPrompt, long QuotedCharge)
    {
        public long Reserved { get; init; }

        /// <summary>Null where nothing was sent.</summary>
        public Ledger.LedgerEntry? Row { get; init; }
    }
}
