using Gateway.Catalog;
using Gateway.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ProviderReadingTests
{
    private const string Secret = "sk-very-secret-value";

    [Theory]
    [InlineData("\"api_key\": \"sk-very-secret-value with a space\"")]
    [InlineData("\"api_key\": \"sk-very-secret-value\", \"api_key\": \"sk-very-secret-value\"")]
    [InlineData("\"api_key\": [\"sk-very-secret-value\"]")]
    [InlineData("\"api_key\": \"${sk-very-secret-value\"")]
    [InlineData("\"apikey\": \"sk-very-secret-value\"")]
    [InlineData("\"api_version\": [{ \"x\": \"sk-very-secret-value\" }]")]
    [InlineData("\"dialect\": 5, \"base_url\": \"https://user:sk-very-secret-value@a.b\"")]
    [InlineData("\"base_url\": \"https://a.b/?key=sk-very-secret-value\"")]
    [InlineData("\"base_url\": \"https://a.b/#sk-very-secret-value\"")]
    [InlineData("\"base_url\": \"${SECRET} ?\"")]
    [InlineData("\"api_key\": true-sk-very-secret-value")]
    [InlineData("\"api_key\": sk-very-secret-value")]
    [InlineData("\"api_key\": \"sk-very-secret-value\n\"")]
    [InlineData("\"api_key\": \"\\qsk-very-secret-value\"")]
    public void No_problem_shows_a_secret(string members)
    {
        var reading = CatalogText.Read(
            CatalogText.WithProvider($$"""{ "dialect": "openai", {{members}} }"""), environment: name => name == "SECRET" ? Secret : null);

        reading.Problems.ShouldNotBeEmpty();
        reading.Problems.ShouldAllBe(problem => !problem.ToString().Contains(Secret));
    }

    [Fact]
    public void Variables_are_put_in_wherever_they_stand_in_a_providers_values()
    {
        var provider = CatalogText.Load(
            CatalogText.WithProvider("""{ "dialect": "azure", "base_url": "https://${HOST}/${PATH_}/", "api_key": "a-${KEY}$b", "api_version": "${VERSION}" }"""),
            environment: name => name switch
            {
                "HOST" => "eu.example.com",
                "PATH_" => "v1",
                "KEY" => " secret\n",
                "VERSION" => "2024-10-21",
                _ => null,
            }).Providers["p"];

        provider.BaseUrl.AbsoluteUri.ShouldBe("https://eu.example.com/v1");
        provider.ApiKey.Reveal().ShouldBe("a-secret$b");
        provider.ApiVersion.ShouldBe("2024-10-21");
        provider.Unavailable.ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Variable_that_is_not_set_makes_its_provider_unavailable(string? value) =>
        CatalogText.Load(CatalogText.WithProvider(CatalogText.Provider), environment: _ => value)
            .Providers["p"].Unavailable.ShouldBe("not set in the environment: KEY");

    [Fact]
    public void Address_that_is_not_set_leaves_the_provider_and_its_deployments_out()
    {
        var catalog = CatalogText.Load(CatalogText.WithProvider("""{ "dialect": "openai", "base_url": "${HOST}", "api_key": "${KEY}" }"""), environment: _ => null);

        catalog.UnservedProviders["p"].ShouldBe("not set in the environment: HOST, KEY");
        catalog.Models.ShouldHaveSingleItem().Deployments.ShouldBeEmpty();
    }

    [Fact]
    public void Provider_without_a_key_is_available()
    {
        var provider = CatalogText.Load(CatalogText.WithProvider("""{ "dialect": "openai", "base_url": "http://localhost:11434/v1" }""")).Providers["p"];

        provider.Unavailable.ShouldBeNull();
        provider.ApiKey.IsPresent.ShouldBeFalse();
        provider.Dialect.ShouldBeSameAs(OpenAiDialect.Instance);
    }

    [Fact]
    public void Of_several_keys_those_that_are_set_suffice_and_each_counts_once()
    {
        var provider = CatalogText.Load(
            CatalogText.WithProvider("""{ "dialect": "openai", "base_url": "https://a.b", "api_key": "${UNSET}", "api_keys": ["k1", "${KEY}", "${UNSET}", "k1"] }""")).Providers["p"];

        provider.Unavailable.ShouldBeNull();
        provider.Credentials.Select(credential => credential.Value).ShouldBe(["Bearer k1", "Bearer key-value"]);
        CatalogText.Load(CatalogText.WithProvider("""{ "dialect": "openai", "base_url": "https://a.b", "api_keys": ["${UNSET}", "${KEY}"] }"""), environment: _ => null)
            .Providers["p"].Unavailable.ShouldBe("not set in the environment: UNSET, KEY");
    }

    [Fact]
    public void Variables_are_read_in_providers_alone() =>
        CatalogText.Load(CatalogText.WithModel("\"description\": \"${KEY}\"")).Models[0].Description.ShouldBe("${KEY}");

    [Fact]
    public void Overlay_stands_behind_every_model_and_serves_what_its_first_deployment_does()
    {
        var overlay = new CatalogOverlay("simulator", new Uri("http://localhost:8080/simulator/v1"));
        var catalog = CatalogText.Load(
            CatalogText.WithModel("\"image_tokens\": \"openai-tile-70-140\", \"tokenizer\": \"o200k_base\""), overlay, _ => null);

        var last = catalog.Models[0].Deployments[^1];
        catalog.Models[0].Deployments.Length.ShouldBe(2);
        last.Provider.Name.ShouldBe("simulator");
        last.Provider.Unavailable.ShouldBeNull();
        last.Priority.ShouldBe(int.MaxValue);
        last.Model.ShouldBe("up");
        last.ImageFormula!.Name.ShouldBe("openai-tile-70-140");
        last.Tokenizer.ShouldBe("o200k_base");
        last.AddressOf("/chat/completions", stream: false).ShouldBe(new Uri("http://localhost:8080/simulator/v1/chat/completions"));
        catalog.Providers.ContainsKey("simulator").ShouldBeTrue();
    }

    [Fact]
    public void Provider_of_the_files_own_takes_the_place_of_an_overlay_of_its_name()
    {
        var catalog = CatalogText.Load(CatalogText.WithModel("\"tokenizer\": \"o200k_base\""), new CatalogOverlay("p", new Uri("http://localhost/v1")));

        catalog.Models[0].Deployments.ShouldHaveSingleItem().Provider.BaseUrl.Host.ShouldBe("api.example.com");
    }
}
