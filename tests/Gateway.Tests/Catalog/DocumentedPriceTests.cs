using System.Globalization;
using System.Net;
using System.Text;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

/// <summary>
/// What providers' own documents say that something costs, asked of a gateway that runs the shipped catalog.json: by its quotes, and by the rows of requests whose usage a
/// provider reports. The expected numbers are written by hand from the sources named; nothing here computes them.
/// </summary>
public sealed class DocumentedPriceTests : IAsyncLifetime
{
    // The day on which the file was compiled: later prices of it are not in force yet.
    private static readonly DateTimeOffset Compiled = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private GatewayApp _app = null!; // Made before each test.
    private GatewayApp _azure = null!; // The same.

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await StartAsync(static address => Shipped(address));
        _azure = await StartAsync(static address => OnAzure(address));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _azure.DisposeAsync();
    }

    [Theory]

    // OpenAI, "Images and vision", calculating costs: 4 tiles of 170 and 85; 6 tiles; low is 85 whatever the size. GPT-4o: $2.50 a million.
    [InlineData("gpt-4o", 1024, 1024, "high", 765, "0.0019125")]
    [InlineData("gpt-4o", 2048, 4096, "high", 1105, "0.0027625")]
    [InlineData("gpt-4o", 4096, 8192, "low", 85, "0.0002125")]

    // The same table for GPT-4o mini, 2833 and 5667 a tile, at $0.15 a million.
    [InlineData("gpt-4o-mini", 4096, 8192, "low", 2833, "0.00042495")]
    [InlineData("gpt-4o-mini", 1024, 1024, "high", 25501, "0.00382515")]

    // The same guide for patches: 1024 of them times 1.2; 2500 times 1.2. GPT-5.4: $2.50 a million.
    [InlineData("gpt-5.4", 1024, 1024, "auto", 1229, "0.0030725")]
    [InlineData("gpt-5.4", 2048, 2048, "high", 3000, "0.0075")]

    // Anthropic, "Vision": 200 x 200, 1000 x 1000 (about $0.004 at $3 a million), 1092 x 1092, 1920 x 1080 of which 1456 x 819 is left; squares of 28 pixels.
    [InlineData("claude-sonnet-4-6", 200, 200, "auto", 64, "0.000192")]
    [InlineData("claude-sonnet-4-6", 1000, 1000, "auto", 1296, "0.003888")]
    [InlineData("claude-sonnet-4-6", 1092, 1092, "auto", 1521, "0.004563")]
    [InlineData("claude-sonnet-4-6", 1920, 1080, "auto", 1560, "0.00468")]

    // Google, "Image understanding": 258 up to 384 pixels a side; 960 x 540 is 3 x 2 tiles. Gemini 2.5 Flash-Lite: $0.10 a million.
    [InlineData("gemini-2.5-flash-lite", 384, 384, "auto", 258, "0.0000258")]
    [InlineData("gemini-2.5-flash-lite", 960, 540, "auto", 1548, "0.0001548")]
    public async Task Picture_is_quoted_at_what_its_vendor_says(string model, int width, int height, string detail, long tokens, string usd)
    {
        var with = await QuoteAsync(_app, ChatBody.Image(Pictures.PngUrl(width, height), model: model, detail: detail));
        var without = await QuoteAsync(_app, """{"model":"MODEL","messages":[{"role":"user","content":[{"type":"text","text":"What's in this image?"}]}]}""".Replace("MODEL", model, StringComparison.Ordinal));

        with.ImageTokens.ShouldBe(tokens);
        (with.Minimum - without.Minimum).ShouldBe(Usd(usd));
    }

    [Theory]
    [InlineData(1024, 1024, "high", 765, "0.0019125")]
    [InlineData(2048, 4096, "high", 1105, "0.0027625")]
    public async Task Picture_costs_at_azure_what_it_costs_at_openai(int width, int height, string detail, long tokens, string usd)
    {
        var with = await QuoteAsync(_azure, ChatBody.Image(Pictures.PngUrl(width, height), detail: detail));
        var without = await QuoteAsync(_azure, """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What's in this image?"}]}]}""");

        (with.Provider, with.ImageTokens).ShouldBe(("azure-eu", tokens));
        (with.Minimum - without.Minimum).ShouldBe(Usd(usd));
    }

    // The platform's how-to: $0.04 a request where the official price is $0.05, whatever is in the picture and the answer.
    [Theory]
    [InlineData(16, 16)]
    [InlineData(4096, 8192)]
    public async Task Request_of_the_platforms_own_model_is_quoted_and_billed_at_its_price_and_its_list_price(int width, int height)
    {
        var body = ChatBody.Image(Pictures.PngUrl(width, height), "[[prompt_tokens=1117;completion_tokens=46]]What's in this image?", "gpt-4-v");

        var quote = await QuoteAsync(_app, body);
        var row = await RowAsync(_app, "/v1/chat/completions", body);

        (quote.Minimum, quote.Maximum).ShouldBe((0.04m, 0.04m));
        (row.Amount.ToString(), row.ListAmount.ToString()).ShouldBe(("0.04", "0.05"));
    }

    [Theory]

    // OpenAI's API reference, the sample of a picture: 1117 tokens of prompt, 46 of completion.
    [InlineData("gpt-4o", "prompt_tokens=1117;completion_tokens=46", 1117, 0, 0, "0.0032525")]

    // OpenAI, "Prompt caching", the sample usage: 86 tokens at $2.50, 1920 of the cache at $1.25, 300 at $10.00 a million.
    [InlineData("gpt-4o", "prompt_tokens=2006;cached_tokens=1920;completion_tokens=300", 2006, 1920, 0, "0.005615")]

    // Anthropic, "Prompt caching", the sample usage: 188,086 tokens written to the cache at 1.25 times $3.00, then read from it at a tenth; 21 others, 393 at $15.00.
    [InlineData("claude-sonnet-4-6", "prompt_tokens=188107;cache_write_tokens=188086;completion_tokens=393", 188107, 0, 188086, "0.7112805")]
    [InlineData("claude-sonnet-4-6", "prompt_tokens=188107;cached_tokens=188086;completion_tokens=393", 188107, 188086, 0, "0.0623838")]

    // Google, "Gemini Developer API pricing": $0.10 and $0.40 a million; a small picture is 258 tokens.
    [InlineData("gemini-2.5-flash-lite", "prompt_tokens=258;completion_tokens=100", 258, 0, 0, "0.0000658")]
    public async Task Usage_is_billed_at_what_its_vendor_says(string model, string usage, long prompt, long cached, long written, string usd)
    {
        var row = await RowAsync(_app, "/v1/chat/completions", ChatBody.Text($"[[{usage}]]Hello", model, more: ",\"max_tokens\":1000"));

        (row.UsageSource, row.PromptTokens, row.CachedTokens, row.CacheWriteTokens).ShouldBe((UsageSource.Provider, prompt, cached, written));
        row.Amount.ToString().ShouldBe(usd);
    }

    [Fact]
    public async Task Usage_is_billed_at_azure_as_at_openai()
    {
        var row = await RowAsync(_azure, "/v1/chat/completions", ChatBody.Text("[[prompt_tokens=2006;cached_tokens=1920;completion_tokens=300]]Hello", more: ",\"max_tokens\":1000"));

        (row.Provider, row.Amount.ToString()).ShouldBe(("azure-eu", "0.005615"));
    }

    // OpenAI, "Image generation", cost: a square picture is 272, 1056 or 4160 tokens at $40.00 a million ($0.011, $0.042, $0.167); its prompt, 2 tokens, at $5.00.
    [Theory]
    [InlineData("low", "0.01089")]
    [InlineData("medium", "0.04225")]
    [InlineData("high", "0.16641")]
    public async Task Picture_that_is_made_costs_what_its_quality_does(string quality, string usd)
    {
        var row = await RowAsync(_app, "/v1/images/generations", $$"""{"model":"gpt-image-1","prompt":"A boat","size":"1024x1024","quality":"{{quality}}"}""");

        (row.OutputImages, row.Amount.ToString()).ShouldBe((1, usd));
    }

    // OpenAI, pricing: TTS-1 is $15.00 a million characters, TTS-1 HD $30.00.
    [Theory]
    [InlineData("tts-1", "0.015")]
    [InlineData("tts-1-hd", "0.03")]
    public async Task Thousand_characters_that_are_spoken_cost_what_the_price_says(string model, string usd)
    {
        var row = await RowAsync(_app, "/v1/audio/speech", $$"""{"model":"{{model}}","voice":"alloy","input":"{{new string('a', 1000)}}"}""");

        (row.Characters, row.Amount.ToString()).ShouldBe((1000, usd));
    }

    // OpenAI, pricing: Whisper is $0.006 a minute.
    [Fact]
    public async Task Minute_that_is_heard_costs_what_the_price_says()
    {
        using var client = _app.Client();
        using var form = new MultipartFormDataContent { { new StringContent("whisper-1"), "model" }, { new ByteArrayContent(Sounds.Wav(60)), "file", "speech.wav" } };

        using var response = await client.PostAsync(new Uri("/v1/audio/transcriptions", UriKind.Relative), form, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var row = (await _app.RowsAsync()).ShouldHaveSingleItem();
        (row.Seconds, row.Amount.ToString()).ShouldBe((60, "0.006"));
    }

    private static Task<GatewayApp> StartAsync(Func<Uri, string> catalog) => GatewayApp.StartAsync(new GatewayAppOptions { Catalog = catalog, Time = new ManualClock(Compiled) });

    /// <summary>The shipped file with nothing changed but where its providers are and what their keys are.</summary>
    private static string Shipped(Uri address, bool openAi = true)
    {
        var root = new Uri(address, "/").AbsoluteUri.TrimEnd('/');
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", "Gateway", "catalog.json"));
        (string Shipped, string Here)[] changes =
        [
            ("https://api.openai.com/v1\"", $"{address}\""),
            ("https://api.anthropic.com\"", $"{root}\""),
            ("https://generativelanguage.googleapis.com\"", $"{root}\""),
            ("\"$schema\": \"./catalog.schema.json\",", ""),
            ("${OPENAI_API_KEY}", openAi ? TestCatalog.ProviderKey : "${GATEWAY_TESTS_NO_SUCH_VARIABLE}"),
            ("${ANTHROPIC_API_KEY}", TestCatalog.ProviderKey),
            ("${GEMINI_API_KEY}", TestCatalog.ProviderKey),
        ];
        return Replaced(text, changes);
    }

    /// <summary>The same with the lines for Azure that are comments in it, and without OpenAI.</summary>
    private static string OnAzure(Uri address) => Replaced(
        Shipped(address, openAi: false),
        ("// \"azure-eu\":", "\"azure-eu\":"),
        ("// { \"provider\": \"azure-eu\"", "{ \"provider\": \"azure-eu\""),
        ("https://NAME.openai.azure.com", new Uri(address, "/").AbsoluteUri.TrimEnd('/')),
        ("${AZURE_OPENAI_API_KEY}", TestCatalog.ProviderKey));

    private static string Replaced(string text, params (string Shipped, string Here)[] changes)
    {
        foreach (var (shipped, here) in changes)
        {
            text.Contains(shipped, StringComparison.Ordinal).ShouldBeTrue($"The shipped catalog has no {shipped} any more.");
            text = text.Replace(shipped, here, StringComparison.Ordinal);
        }

        return text;
    }

    private static decimal Usd(string? amount) => decimal.Parse(amount!, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static async Task<HttpResponseMessage> PostAsync(GatewayApp app, string path, string body)
    {
        using var client = app.Client();
        var response = await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        return response;
    }

    private static async Task<(string? Provider, long ImageTokens, decimal Minimum, decimal Maximum)> QuoteAsync(GatewayApp app, string body)
    {
        using var response = await PostAsync(app, "/v1/chat/completions/quote", body);
        var quote = await response.JsonAsync();
        return ((string?)quote["upstream"]!["provider"], (long)quote["image_tokens"]!, Usd((string?)quote["amount"]!["minimum"]), Usd((string?)quote["amount"]!["maximum"]));
    }

    private static async Task<Ledger.LedgerEntry> RowAsync(GatewayApp app, string path, string body)
    {
        using var response = await PostAsync(app, path, body);
        return (await app.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
    }
}
