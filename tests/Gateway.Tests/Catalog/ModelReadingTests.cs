using System.Text;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ModelReadingTests
{
    [Fact]
    public void Deployments_own_formula_and_tokenizer_win_over_the_cards()
    {
        var card = CatalogText.Load(CatalogText.With(
            """
            { "m": { "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base", "deployments": [
              { "provider": "p", "model": "second", "priority": 1 },
              { "provider": "p", "model": "first", "image_tokens": "openai-tile-70-140", "tokenizer": "cl100k_base", "weight": 3 },
            ] } }
            """)).Models[0];

        card.Deployments.Select(each => $"{each.Model} {each.ImageFormula!.Name} {each.Tokenizer} {each.Weight}")
            .ShouldBe(["first openai-tile-70-140 cl100k_base 3", "second openai-tile-85-170 o200k_base 1"]);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"prices\": [{ \"from\": \"2025-01-01\", \"input\": \"0.02\", \"output\": \"0.00\" }]", true)]
    [InlineData("\"prices\": [{ \"from\": \"2025-01-01\", \"per_request\": \"0\" }]", true)]
    [InlineData("\"prices\": [{ \"from\": \"2025-01-01\", \"input\": \"1\", \"output\": \"2\" }]", false)]
    [InlineData("\"prices\": [{ \"from\": \"2025-01-01\", \"per_second\": \"1\" }]", false)]
    [InlineData("\"max_output_tokens\": 10", false)]
    [InlineData("\"image_tokens\": \"openai-tile-85-170\"", false)]
    [InlineData("\"output\": [\"text\"]", false)]
    [InlineData("\"output\": [\"embedding\"]", false)]
    public void Card_leaves_open_what_the_model_brings_where_nothing_tells(string members, bool isOpen) =>
        CatalogText.Load(CatalogText.WithModel(members)).Models[0].IsOpen.ShouldBe(isOpen);

    [Fact]
    public void Endpoints_are_taken_as_written()
    {
        CatalogText.Load(CatalogText.WithModel("\"endpoints\": [\"/v1/completions\", \"/v1/chat/completions\"]")).Models[0].Endpoints.ShouldBe(["/v1/completions", "/v1/chat/completions"]);
        CatalogText.Load(CatalogText.WithModel("\"created\": \"2025-01-01\"")).Models[0].Endpoints.ShouldBeEmpty();
    }

    [Fact]
    public void Model_that_judges_pictures_needs_no_formula()
    {
        CatalogText.Load(CatalogText.WithModel("\"input\": [\"text\", \"image\"], \"output\": [\"moderation\"]")).Models[0].Deployments[0].ImageFormula.ShouldBeNull();
        CatalogText.Read(CatalogText.WithModel("\"input\": [\"text\", \"image\"], \"output\": [\"moderation\", \"text\"]")).Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void Tile_formula_in_full_is_taken()
    {
        var formula = Formula("""{ "tile": { "base": 85, "per_tile": 170, "auto_detail": "by_size" } }""");

        formula.ShouldBe(new TileFormula(85, 170, AutoDetail.BySize));
    }

    [Fact]
    public void Patch_formula_in_full_is_taken()
    {
        var formula = Formula(
            """
            { "patch": { "multiplier": "1.62", "max_side": 2048, "budget": 1536, "low": { "max_side": 512 },
              "original": { "max_side": 6000, "budget": 10000, "reject_above": 20000 }, "auto_detail": "original", "reject_above": 30000 } }
            """);

        formula.ShouldBe(new PatchFormula(
            PatchMultiplier.Parse("1.62"),
            new PatchLimit(2048, 1536, 30_000),
            low: new PatchLimit(512, null, 30_000),
            original: new PatchLimit(6000, 10_000, 20_000),
            AutoDetail.Original));
        formula.Name.ShouldBe("patch-1.62-1536");
    }

    [Fact]
    public void Patch_formula_needs_a_multiplier_alone()
    {
        var formula = Formula("""{ "patch": { "multiplier": "1" } }""");

        formula.ShouldBe(new PatchFormula(PatchMultiplier.Parse("1"), default));
        formula.Count(new ImageSize(10, 10), ImageDetail.Original).Problem.ShouldBe(ImageCountProblem.DetailUnsupported);
    }

    [Theory]
    [InlineData("high", AutoDetail.High)]
    [InlineData("low", AutoDetail.Low)]
    [InlineData("by_size", AutoDetail.BySize)]
    [InlineData("original", AutoDetail.Original)]
    public void Patch_formula_knows_each_detail_for_auto(string word, AutoDetail expected) =>
        Formula($$"""{ "patch": { "multiplier": "1", "original": {}, "auto_detail": "{{word}}" } }""")
            .ShouldBeOfType<PatchFormula>().AutoDetail.ShouldBe(expected);

    [Fact]
    public void Every_named_formula_is_taken()
    {
        foreach (var name in ImageFormulas.Names)
        {
            Formula($"\"{name}\"").Name.ShouldBe(name);
        }
    }

    [Fact]
    public void Model_that_says_nothing_takes_text_and_has_the_defaults()
    {
        var card = CatalogText.Load(CatalogText.With($$"""{ "m": { "deployments": {{CatalogText.Deployments}} } }""")).Models[0];

        card.Input.ShouldBe(["text"]);
        card.Output.ShouldBe(["text"]);
        card.OwnedBy.ShouldBe("gateway");
        card.Created.ShouldBe(0);
        card.Status.ShouldBe(ModelStatus.Available);
        card.Timeouts.ShouldBeSameAs(Timeouts.Default);
        card.Parameters.IsEmpty.ShouldBeTrue();
        card.Prices.ShouldBeSameAs(PriceBook.Empty);
    }

    [Fact]
    public void Announced_model_needs_no_deployment() =>
        CatalogText.Load(CatalogText.With("""{ "m": { "status": "coming_soon", "input": ["text", "image"] } }""")).Models[0].Deployments.ShouldBeEmpty();

    [Fact]
    public void Newest_price_that_has_begun_applies_whatever_the_order_of_the_file()
    {
        var prices = CatalogText.Load(CatalogText.WithModel(
            """
            "prices": [
              { "from": "2025-03-01T02:00:00+02:00", "input": "3", "output": "0.10" },
              { "from": "2025-01-01", "input": "1.50", "cache_write": "0.000000001", "list": { "input": "2" } },
              { "from": "2025-02-01T12:30:00Z", "per_request": "0.020" },
            ]
            """)).Models[0].Prices;

        prices.At(Day(2024, 12, 31)).ShouldBeSameAs(ModelPrice.Free);
        prices.At(Day(2025, 1, 1)).Json.ShouldBe("""{"from":"2025-01-01","input":"1.5","cache_write":"0.000000001","list":{"input":"2"}}""");
        prices.At(Day(2025, 1, 1)).List.CacheWrite.ShouldBe(new Money(1));
        prices.At(Day(2025, 2, 1)).From.ShouldBe(Day(2025, 1, 1));
        prices.At(Day(2025, 2, 2)).Json.ShouldBe("""{"from":"2025-02-01T12:30:00Z","per_request":"0.02"}""");
        prices.At(Day(2025, 3, 1)).Json.ShouldBe("""{"from":"2025-03-01","input":"3","output":"0.1"}""");
    }

    [Fact]
    public void Parameter_defaults_keep_their_json()
    {
        var policy = CatalogText.Load(CatalogText.WithModel(
            """
            "parameters": { "defaults": { "temperature": 0.70, "stop": ["ä", /* none */ "\n"], "metadata": { "a": null }, "seed": null } }
            """)).Models[0].Parameters;

        policy.Defaults.Select(each => $"{each.Name}={Encoding.UTF8.GetString(each.Json.AsSpan())}")
            .ShouldBe(["temperature=0.70", "stop=[\"ä\",\"\\n\"]", "metadata={\"a\":null}", "seed=null"]);
    }

    [Fact]
    public void Timeouts_are_read_in_every_unit_and_the_absent_keep_their_default()
    {
        var timeouts = CatalogText.Load(CatalogText.WithModel("\"timeouts\": { \"connect\": \"500ms\", \"first_byte\": \"2m\", \"total\": \"1h\" }")).Models[0].Timeouts;

        timeouts.ShouldBe(new Timeouts
        {
            Connect = TimeSpan.FromMilliseconds(500),
            FirstByte = TimeSpan.FromMinutes(2),
            Idle = Timeouts.Default.Idle,
            Total = TimeSpan.FromHours(1),
        });
    }

    [Theory]
    [InlineData("\"image_tokens\": \"openai-tile-85-170\",", true)]
    [InlineData("", false)]
    public void Image_field_is_accepted_by_models_that_take_images(string formula, bool taken)
    {
        var read = CatalogText.Read(CatalogText.With($$"""{ "m": { {{formula}} "deployments": {{CatalogText.Deployments}}, "accept_image_field": true } }"""));

        if (taken)
        {
            read.Snapshot.ShouldNotBeNull().Models[0].AcceptImageField.ShouldBeTrue();
        }
        else
        {
            read.Problems.ShouldHaveSingleItem().ToString().ShouldContain("models.m.accept_image_field");
        }
    }

    [Fact]
    public void Tiers_hold_limits_of_single_models()
    {
        var tier = CatalogText.Load(CatalogText.With(
            $$"""{ "m": { "deployments": {{CatalogText.Deployments}} } }""",
            "\"tiers\": { \"t\": { \"requests_per_minute\": 10, \"models\": { \"m\": { \"tokens_per_minute\": 5, \"concurrent_requests\": 2 } } } }")).Tier("t").ShouldNotBeNull();

        tier.RequestsPerMinute.ShouldBe(10);
        tier.TokensPerMinute.ShouldBeNull();
        tier.Models["m"].TokensPerMinute.ShouldBe(5);
        tier.Models["m"].ConcurrentRequests.ShouldBe(2);
    }

    private static ImageFormula Formula(string json) =>
        CatalogText.Load(CatalogText.WithModel($"\"image_tokens\": {json}")).Models[0].Deployments[0].ImageFormula.ShouldNotBeNull();

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
