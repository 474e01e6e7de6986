using System.Text;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ContractSampleTests
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Sample_loads_with_all_that_it_says()
    {
        var catalog = CatalogText.Load(ContractSample.Text, environment: name => name + "-value");

        var vision = catalog.Models[0];
        vision.Id.ShouldBe("gpt-4-v");
        vision.DisplayName.ShouldBe("GPT-4 with vision");
        vision.OwnedBy.ShouldBe("openai");
        vision.Status.ShouldBe(ModelStatus.Available);
        vision.Input.ShouldBe(["text", "image"]);
        vision.ContextWindow.ShouldBe(128_000);
        vision.MaxOutputTokens.ShouldBe(4096);
        vision.Aliases.ShouldBe(["gpt-4-vision", "gpt-4-vision-preview"]);
        vision.DefaultCompletionTokens.ShouldBe(300);
        vision.Created.ShouldBe(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds());
        vision.Prices.At(Now).Json.ShouldBe("""{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"}}""");
        vision.Parameters.Defaults.ShouldHaveSingleItem().Name.ShouldBe("max_tokens");
        Encoding.UTF8.GetString(vision.Parameters.Defaults[0].Json.AsSpan()).ShouldBe("300");
        vision.Parameters.Drop.ShouldBe(["logit_bias"]);
        vision.Parameters.Reject.ShouldBe(["tools", "functions", "response_format"], ignoreOrder: true);
        vision.Timeouts.ShouldBe(new Timeouts
        {
            Connect = TimeSpan.FromSeconds(5),
            FirstByte = TimeSpan.FromSeconds(120),
            Idle = TimeSpan.FromSeconds(120),
            Total = TimeSpan.FromSeconds(600),
        });
        var deployment = vision.Deployments.ShouldHaveSingleItem();
        deployment.Model.ShouldBe("gpt-4o");
        deployment.ImageFormula.ShouldNotBeNull().Name.ShouldBe("openai-tile-85-170");
        deployment.Tokenizer.ShouldBe("o200k_base");
        deployment.Provider.ApiKey.Reveal().ShouldBe("OPENAI_API_KEY-value");
        deployment.AddressOf("/chat/completions", stream: false).ShouldBe(new Uri("https://api.openai.com/v1/chat/completions"));

        var general = catalog.Models[1];
        general.Takes("image").ShouldBeTrue();
        general.Prices.At(Now).Rates.ShouldBe(new Rates
        {
            Input = new Money(2_500_000_000),
            CachedInput = new Money(1_250_000_000),
            Output = new Money(10_000_000_000),
        });
        general.Deployments.Select(each => each.Provider.Name).ShouldBe(["openai", "azure-eu"]);
        general.Deployments[1].AddressOf("/chat/completions", stream: false)!.AbsoluteUri.ShouldBe(
            "https://name.openai.azure.com/openai/deployments/my-gpt4o/chat/completions?api-version=2024-10-21");

        catalog.Tier("tier-1").ShouldNotBeNull().RequestsPerMinute.ShouldBe(300);
        catalog.Tier("tier-1")!.TokensPerMinute.ShouldBe(15_000);
        catalog.Tier("tier-1")!.ConcurrentRequests.ShouldBe(50);
        catalog.Images.Limits.ShouldBe(new ImageLimits(20_971_520, ImageFormats.All));
        catalog.Images.MaxPerRequest.ShouldBe(50);
        catalog.Images.Fetch.Timeout.ShouldBe(TimeSpan.FromSeconds(3));
        catalog.Images.Fetch.MaxHeaderBytes.ShouldBe(262_144);
        catalog.Limits.ShouldBe(new LimitSettings(TokensCharge.Sum, 1024, RedisDownPolicy.LocalShare));
    }

    [Fact]
    public void All_settings_of_the_sample_are_in_force() => CatalogText.Read(ContractSample.Text).Notices.ShouldBeEmpty();

    [Fact]
    public void Every_provider_of_the_sample_is_served()
    {
        var catalog = CatalogText.Load(ContractSample.Text, environment: name => name + "-value");

        catalog.UnservedProviders.ShouldBeEmpty();
        catalog.Providers.Values.Select(provider => (provider.Name, provider.Dialect.Name)).ShouldBe(
            [("openai", "openai"), ("azure-eu", "azure"), ("anthropic", "anthropic"), ("gemini", "gemini")], ignoreOrder: true);
    }

    [Fact]
    public void Sample_loads_without_any_secret_and_its_providers_say_which_they_miss()
    {
        var catalog = CatalogText.Load(ContractSample.Text, environment: _ => null);

        catalog.Providers["openai"].Unavailable.ShouldBe("not set in the environment: OPENAI_API_KEY");
        catalog.Providers["azure-eu"].Unavailable.ShouldBe("not set in the environment: AZURE_OPENAI_API_KEY");
    }
}
