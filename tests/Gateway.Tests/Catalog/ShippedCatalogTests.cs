using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Catalog;
using Gateway.Cli;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ShippedCatalogTests
{
    private const string Announced = "claude-mythos-5-1";
    private const string Unpriced = "gpt-4o-image";

    private static readonly string Text = File.ReadAllText(FilePath);

    private static readonly CatalogSnapshot Catalog = CatalogText.Load(
        Text, environment: name => name is "OPENAI_API_KEY" or "ANTHROPIC_API_KEY" or "GEMINI_API_KEY" ? "sk-x" : null);

    private static readonly Caller Anyone = new() { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1") };

    // The day that the file says it was compiled on.
    private static readonly DateTimeOffset Compiled = Day("2026-11-21");

    private static string FilePath => Path.Combine(AppContext.BaseDirectory, "catalog.json");

    [Fact]
    public async Task Command_finds_no_problem_in_it()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        (await CatalogCheckCommand.RunAsync([FilePath], output, errors, TestContext.Current.CancellationToken)).ShouldBe(0);

        errors.ToString().ShouldBeEmpty();
        output.ToString().ShouldContain($"{Catalog.Models.Length} models, 3 providers, no problem");
    }

    [Fact]
    public void Every_model_is_served_once_the_keys_are_set_but_for_those_that_are_coming()
    {
        Catalog.Models.Where(card => card.Status == ModelStatus.ComingSoon).Select(card => card.Id).ShouldBe([Unpriced, Announced]);
        Served().ShouldAllBe(card => card.Usable.Count > 0);
    }

    [Fact]
    public void One_key_serves_the_models_of_its_provider_alone()
    {
        var catalog = CatalogText.Load(Text, environment: name => name == "ANTHROPIC_API_KEY" ? "sk-x" : null);

        var served = catalog.Models.Where(card => card.Usable.Count > 0).ToArray();
        served.Length.ShouldBeGreaterThan(5);
        served.ShouldAllBe(card => card.OwnedBy == "anthropic");
    }

    [Fact]
    public void Without_a_key_the_simulator_of_development_stands_in_for_every_model_with_its_formula()
    {
        var catalog = CatalogText.Load(Text, new CatalogOverlay("simulator", new Uri("http://127.0.0.1:9/v1")), _ => null);
        var resolver = ResolverOf(catalog);

        foreach (var card in catalog.Models.Where(card => card.Status != ModelStatus.ComingSoon))
        {
            resolver(card.Id).TryGet(out var target, out _).ShouldBeTrue(card.Id);
            target!.Deployment.IsStandIn.ShouldBeTrue(card.Id);
            target.Deployment.ImageFormula.ShouldBe(Card(card.Id).Deployments[0].ImageFormula, card.Id);
            if (card.Takes("image") && card.Generates)
            {
                target.Deployment.ImageFormula!.Count(new ImageSize(640, 480), ImageDetail.Auto).Tokens.ShouldBeGreaterThan(0, card.Id);
            }
        }
    }

    [Theory]
    [InlineData("gpt-4-v", "gpt-4o", "openai-tile-85-170", """{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"}}""")]
    [InlineData("gpt-4o", "gpt-4o", "openai-tile-85-170", """{"from":"2024-10-01","input":"2.5","cached_input":"1.25","output":"10"}""")]
    [InlineData("gpt-4o-mini", "gpt-4o-mini", "openai-tile-2833-5667", """{"from":"2024-10-01","input":"0.15","cached_input":"0.075","output":"0.6"}""")]
    [InlineData("gpt-4.1", "gpt-4.1", "openai-tile-85-170", """{"from":"2025-04-14","input":"2","cached_input":"0.5","output":"8"}""")]
    [InlineData("gpt-5", "gpt-5", "openai-tile-70-140", """{"from":"2025-08-07","input":"1.25","cached_input":"0.125","output":"10"}""")]
    [InlineData("o3", "o3", "openai-tile-75-150", """{"from":"2025-06-10","input":"2","cached_input":"0.5","output":"8"}""")]
    public void Model_has_its_upstream_formula_and_price(string id, string upstream, string formula, string price)
    {
        var card = Card(id);

        card.Deployments[0].Model.ShouldBe(upstream);
        card.Deployments[0].ImageFormula!.Name.ShouldBe(formula);
        card.Deployments[0].Tokenizer.ShouldBe("o200k_base");
        card.Prices.At(Day("2026-01-01")).Json.ShouldBe(price);
    }

    /// <summary>Pictures as their vendors' guides count them, at the input price of the model.</summary>
    [Theory]

    // developers.openai.com/api/docs/guides/images-vision: 1024 patches, times 1.2.
    [InlineData("gpt-5.4", 1024, 1024, ImageDetail.Auto, 1229, "0.0030725")]

    // The same guide: 1600 x 1600 of 2048 x 2048 is left, 2500 patches, times 1.2.
    [InlineData("gpt-5.4", 2048, 2048, ImageDetail.High, 3000, "0.0075")]

    // The same guide: 4 tiles of 170 and the base of 85; 6 of them.
    [InlineData("gpt-4o", 1024, 1024, ImageDetail.High, 765, "0.0019125")]
    [InlineData("gpt-4o", 2048, 4096, ImageDetail.High, 1105, "0.0027625")]

    // community.openai.com/t/1377015, measured against the API.
    [InlineData("gpt-5-mini", 1280, 720, ImageDetail.Auto, 1104, "0.000276")]
    [InlineData("gpt-5-mini", 2048, 768, ImageDetail.Auto, 1844, "0.000461")]

    // huggingface.co/datasets/JOHNISKING/image-token-cost: the columns gpt6_auto_tokens and gpt55_auto_tokens.
    [InlineData("gpt-6-astra", 3840, 2160, ImageDetail.Auto, 9792, "0.09792")]
    [InlineData("gpt-6-astra", 4032, 3024, ImageDetail.Auto, 14364, "0.14364")]
    [InlineData("gpt-5.5", 4032, 3024, ImageDetail.Auto, 11868, "0.05934")]

    // platform.claude.com/docs/en/build-with-claude/vision: 1456 x 819 of it is left, 52 x 30 squares of 28 pixels.
    [InlineData("claude-sonnet-4-6", 1920, 1080, ImageDetail.Auto, 1560, "0.00468")]
    [InlineData("claude-haiku-4-5", 1920, 1080, ImageDetail.Auto, 1560, "0.00156")]

    // The same at the high resolution: nothing is scaled, 69 x 39 squares.
    [InlineData("claude-opus-5-5", 1920, 1080, ImageDetail.Auto, 2691, "0.010764")]

    // ai.google.dev/gemini-api/docs/image-understanding: crops of 360 pixels, 3 x 2 of them at 258.
    [InlineData("gemini-2.5-flash-lite", 960, 540, ImageDetail.Auto, 1548, "0.0001548")]

    // ai.google.dev/gemini-api/docs/media-resolution: 1120 at the default resolution, whatever the size.
    [InlineData("gemini-3.8-flash", 4032, 3024, ImageDetail.Auto, 1120, "0.00084")]
    public void Picture_costs_what_its_vendor_says(string id, int width, int height, ImageDetail detail, long tokens, string usd)
    {
        var card = Card(id);

        var count = card.Deployments[0].ImageFormula!.Count(new ImageSize(width, height), detail);

        count.Tokens.ShouldBe(tokens);
        Biller.Bill(new Usage { PromptTokens = count.Tokens, ImageInputTokens = count.Tokens }, card.Prices.At(Compiled), chargeRequest: true)
            .Amount.ToString().ShouldBe(usd);
    }

    [Fact]
    public void Picture_beyond_the_patches_of_a_model_is_refused() =>
        Card("gpt-6-sol").Deployments[0].ImageFormula!.Count(new ImageSize(7952, 5304), ImageDetail.Auto).Problem.ShouldBe(ImageCountProblem.TooManyUnits);

    [Theory]
    [InlineData("claude-sonnet-5-5", "2026-10-06", "0.2", "2026-10-07", "0.1")]
    [InlineData("gemini-4-argon", "2026-11-30", "0.1", "2026-12-01", "0.2")]
    [InlineData("gemini-3.8-flash", "2026-12-31", "0.075", "2027-01-01", "0.15")]
    public void Price_that_changes_on_a_known_day_does(string id, string last, string before, string first, string after)
    {
        Card(id).Prices.At(Day(last)).Rates.CachedInput.ToString().ShouldBe(before);
        Card(id).Prices.At(Day(first)).Rates.CachedInput.ToString().ShouldBe(after);
    }

    // What was written to the cache and read from it costs what the pages say, and not as other input.
    [Fact]
    public void Cached_tokens_have_their_own_price() =>
        Biller.Bill(
            new Usage { PromptTokens = 1_000_000, CachedTokens = 400_000, CacheWriteTokens = 100_000, CompletionTokens = 10_000 },
            Card("claude-opus-5-5").Prices.At(Compiled),
            chargeRequest: true)
            .Amount.ToString().ShouldBe("2.78"); // 500,000 x 4 + 400,000 x 0.20 + 100,000 x 5 + 10,000 x 20, a million of each.

    [Fact]
    public void Every_price_is_of_its_models_time_and_complete()
    {
        foreach (var (id, model) in Models().Where(model => model.Key != Unpriced))
        {
            var created = Day(model!["created"]!.GetValue<string>());
            var prices = model["prices"]!.AsArray();
            var from = prices.Select(price => Day(price!["from"]!.GetValue<string>())).ToArray();

            from.ShouldBe(from.Order().Distinct(), id);
            from[0].ShouldBeGreaterThanOrEqualTo(created, id);
            from[0].ShouldBeLessThanOrEqualTo(Compiled, id);
            var card = Card(id);
            foreach (var rates in from.Select(day => card.Prices.At(day).Rates).Where(rates => IsChat(card) && rates.PerRequest is null))
            {
                rates.Input!.Value.ShouldBeLessThan(rates.Output!.Value, id);
                rates.CachedInput!.Value.ShouldBeLessThan(rates.Input.Value, id);
                (rates.CacheWrite ?? rates.Input.Value).ShouldBeGreaterThanOrEqualTo(rates.Input.Value, id);
            }
        }
    }

    [Fact]
    public void Only_the_platforms_own_model_differs_from_its_list_price() =>
        Catalog.Models.Where(card => card.Prices.At(Compiled) is var price && price.List != price.Rates).Select(card => card.Id).ShouldBe(["gpt-4-v"]);

    // Longer prompts of these cost more than their price says; the estimate may be a tenth too low.
    [Fact]
    public void Prompts_end_where_the_price_does()
    {
        Catalog.Models.Where(card => card.MaxPromptTokens is not null).Select(card => card.Id).ShouldBe(
        [
            "gpt-6.2-astra", "gpt-6.2-sol", "gpt-6.1-sol", "gpt-6-astra", "gpt-6-sol", "gpt-6-luna", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.5", "gpt-5.4", "claude-haiku-5-5",
        ]);
        foreach (var card in Catalog.Models.Where(card => card.MaxPromptTokens is not null))
        {
            var band = card.OwnedBy == "openai" ? 272_000 : 100_000;
            (card.MaxPromptTokens!.Value * 10 / 9).ShouldBeLessThanOrEqualTo(band, card.Id);
            card.ContextWindow.ShouldBe(band + card.MaxOutputTokens!.Value, card.Id);
        }
    }

    // A cache that lasts longer costs more than the rate for writing says.
    [Fact]
    public void Models_with_a_dearer_cache_refuse_to_be_asked_for_it() =>
        Catalog.Models.Where(card => card.Id.StartsWith("gpt-6", StringComparison.Ordinal))
            .ShouldAllBe(card => card.Parameters.Reject.Contains("prompt_cache_options") && card.Parameters.Reject.Contains("prompt_cache_retention"));

    [Theory]
    [InlineData("gpt-4-vision", "gpt-4-v")]
    [InlineData("gpt-4-vision-preview", "gpt-4-v")]
    [InlineData("gpt-4o-2024-08-06", "gpt-4o")]
    [InlineData("gpt-5.4-2026-03-05", "gpt-5.4")]
    [InlineData("claude-haiku-4-5-20251001", "claude-haiku-4-5")]
    public void Model_is_known_by_its_other_names(string alias, string id)
    {
        Catalog.TryGetModel(alias, out var card).ShouldBeTrue();
        card!.Id.ShouldBe(id);
    }

    [Theory]
    [InlineData(Announced)]
    [InlineData(Unpriced)]
    public void Model_that_is_coming_is_refused_by_name(string id)
    {
        ResolverOf(Catalog)(id).TryGet(out _, out var error).ShouldBeFalse();

        error.ShouldBe(GatewayError.ModelComingSoon(id));
    }

    [Fact]
    public void Model_that_is_coming_is_listed_with_its_price()
    {
        var entry = Listed()[Announced]!;

        ((string?)entry["status"], (string?)entry["pricing"]!["prompt"], (string?)entry["pricing"]!["completion"]).ShouldBe(("coming_soon", "0.00001", "0.00005"));
    }

    // What the list promises of every model: OpenAI's four fields, and the card beside them.
    [Fact]
    public void Every_model_is_listed_whole()
    {
        var listed = Listed();
        listed.Select(entry => entry.Key).ShouldBe(Catalog.Models.Select(card => card.Id));
        foreach (var (id, entry) in listed)
        {
            var card = Card(id);
            entry!.AsObject().Select(field => field.Key).ShouldBe(
            [
                "id", "object", "created", "owned_by", "name", "description", "status", "context_length", "max_output_tokens",
                "input_modalities", "output_modalities", "aliases", "pricing", "list_pricing",
            ], id);
            ((string?)entry["object"], (long)entry["created"]!).ShouldBe(("model", card.Created), id);
            entry["owned_by"]!.GetValue<string>().ShouldBeOneOf("openai", "anthropic", "google");
            ((string?)entry["name"]).ShouldNotBeNullOrEmpty(id);
            ((string?)entry["name"]).ShouldBe(card.DisplayName, id);
            ((string?)entry["description"]).ShouldNotBeNullOrEmpty(id);
            ((string?)entry["status"]).ShouldBe(card.Status switch { ModelStatus.Available => "available", ModelStatus.Deprecated => "deprecated", _ => "coming_soon" }, id);
            Values(entry["input_modalities"]).ShouldBe(string.Join(',', card.Input), id);
            Values(entry["output_modalities"]).ShouldBe(string.Join(',', card.Output), id);
            Values(entry["aliases"]).ShouldBe(string.Join(',', card.Aliases), id);
            if (id != Unpriced)
            {
                ((long?)entry["context_length"], (long?)entry["max_output_tokens"]).ShouldBe((card.ContextWindow, card.MaxOutputTokens), id);
            }

            if (IsChat(card) && id != Unpriced)
            {
                Values(entry["input_modalities"]).ShouldBe("text,image", id);
                card.MaxOutputTokens.ShouldNotBeNull(id).ShouldBeLessThan(card.ContextWindow.ShouldNotBeNull(id), id);
            }

            var price = card.Prices.At(Compiled);
            Prices(entry["pricing"]).ShouldBe(Expected(price.Rates), id);
            Prices(entry["list_pricing"]).ShouldBe(Expected(price.List), id);
        }

        static (decimal, decimal, decimal, decimal, decimal) Prices(JsonNode? pricing) => (
            Number(pricing!["prompt"]), Number(pricing["completion"]), Number(pricing["request"]), Number(pricing["image"]), Number(pricing["input_cache_read"]));

        static (decimal, decimal, decimal, decimal, decimal) Expected(Rates rates) => (
            PerToken(rates.Input), PerToken(rates.Output), Usd(rates.PerRequest), Usd(rates.PerImage), PerToken(rates.CachedInput ?? rates.Input));

        static decimal Number(JsonNode? text) => decimal.Parse(text!.GetValue<string>(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

        static decimal Usd(Money? money) => (decimal)money.GetValueOrDefault().NanoUsd / Money.NanoPerUsd;

        static decimal PerToken(Money? money) => Usd(money) / 1_000_000;
    }

    [Fact]
    public void First_tier_is_that_of_the_how_to()
    {
        Catalog.Tier("tier-1")!.RequestsPerMinute.ShouldBe(300);
        Catalog.Tier("tier-1")!.TokensPerMinute.ShouldBe(15_000);
    }

    // Neither one that makes pictures, speech or vectors alone, nor one that listens or continues texts.
    private static bool IsChat(ModelCard card) => card.Output.Contains("text") && !card.Takes("audio") && card.Endpoints.IsEmpty;

    private static IEnumerable<ModelCard> Served() => Catalog.Models.Where(card => card.Status != ModelStatus.ComingSoon);

    private static ModelCard Card(string id)
    {
        Catalog.TryGetModel(id, out var card).ShouldBeTrue(id);
        return card!;
    }

    private static Func<string, Outcome<Target>> ResolverOf(CatalogSnapshot catalog)
    {
        var resolver = new ModelResolver(null!, card => card.Usable[0]); // Asked with a catalog of its own.
        return id => resolver.Resolve(catalog, id, Anyone, Compiled);
    }

    private static JsonObject Models() =>
        JsonNode.Parse(Text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!["models"]!.AsObject();

    private static JsonObject Listed()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            ModelListWriter.WriteList(json, Catalog, Anyone, Compiled);
        }

        return new JsonObject(JsonNode.Parse(buffer.WrittenSpan)!["data"]!.AsArray()
            .Select(entry => KeyValuePair.Create(entry!["id"]!.GetValue<string>(), (JsonNode?)entry.DeepClone())));
    }

    private static string Values(JsonNode? array) => string.Join(',', array!.AsArray().Select(value => value!.GetValue<string>()));

    private static DateTimeOffset Day(string day) => new(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture), TimeOnly.MinValue, TimeSpan.Zero);
}
