using Gateway.Catalog;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ShippedCatalogTests
{
    private static readonly CatalogSnapshot Catalog =
        CatalogText.Load(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "catalog.json")), environment: name => name == "OPENAI_API_KEY" ? "sk-x" : null);

    [Fact]
    public void Every_model_is_served_once_the_key_is_set() =>
        Catalog.Models.ShouldAllBe(card => card.Status == ModelStatus.Available && card.Deployments.Any(each => each.Provider.Unavailable == null));

    [Theory]
    [InlineData("gpt-4-v", "gpt-4o", "openai-tile-85-170", """{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"}}""")]
    [InlineData("gpt-4o", "gpt-4o", "openai-tile-85-170", """{"from":"2024-10-01","input":"2.5","cached_input":"1.25","output":"10"}""")]
    [InlineData("gpt-4o-mini", "gpt-4o-mini", "openai-tile-2833-5667", """{"from":"2024-10-01","input":"0.15","cached_input":"0.075","output":"0.6"}""")]
    [InlineData("gpt-4.1", "gpt-4.1", "openai-tile-85-170", """{"from":"2025-04-14","input":"2","cached_input":"0.5","output":"8"}""")]
    [InlineData("gpt-5", "gpt-5", "openai-tile-70-140", """{"from":"2025-08-07","input":"1.25","cached_input":"0.125","output":"10"}""")]
    [InlineData("o3", "o3", "openai-tile-75-150", """{"from":"2025-06-10","input":"2","cached_input":"0.5","output":"8"}""")]
    public void Model_has_its_upstream_formula_and_price(string id, string upstream, string formula, string price)
    {
        Catalog.TryGetModel(id, out var card).ShouldBeTrue();

        card!.Deployments[0].Model.ShouldBe(upstream);
        card.Deployments[0].ImageFormula!.Name.ShouldBe(formula);
        card.Deployments[0].Tokenizer.ShouldBe("o200k_base");
        card.Prices.At(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).Json.ShouldBe(price);
    }

    [Theory]
    [InlineData("gpt-4-vision")]
    [InlineData("gpt-4-vision-preview")]
    public void Vision_is_known_by_its_old_names(string alias)
    {
        Catalog.TryGetModel(alias, out var card).ShouldBeTrue();
        card!.Id.ShouldBe("gpt-4-v");
    }

    [Fact]
    public void First_tier_is_that_of_the_how_to()
    {
        Catalog.Tier("tier-1")!.RequestsPerMinute.ShouldBe(300);
        Catalog.Tier("tier-1")!.TokensPerMinute.ShouldBe(15_000);
    }
}
