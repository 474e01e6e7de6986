using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class ModelResolverTests
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Models =
        """
        {
          "m": { "aliases": ["alias"], "prices": [{ "from": "2025-01-01", "input": "1" }, { "from": "2025-06-02", "input": "2" }], "deployments": [
            { "provider": "down", "model": "never" },
            { "provider": "p", "model": "heavy", "priority": 1, "weight": 3 }, { "provider": "down", "model": "never", "priority": 1, "weight": 100 },
            { "provider": "p", "model": "light", "priority": 1, "weight": 1 }, { "provider": "p", "model": "spare", "priority": 2 } ] },
          "soon": { "status": "coming_soon" },
          "old": { "status": "deprecated", "deployments": [{ "provider": "p", "model": "old-up" }] },
          "dark": { "deployments": [{ "provider": "down", "model": "x" }, { "provider": "foreign", "model": "y" }] },
        }
        """;

    private static readonly string Providers =
        $$"""
        {
          "p": {{CatalogText.Provider}},
          "down": { "dialect": "openai", "base_url": "https://down.example.com", "api_key": "${UNSET}" },
          "foreign": { "dialect": "gemini", "base_url": "https://${NOWHERE}", "api_key": "${KEY}" },
        }
        """;

    [Theory]
    [InlineData("m")]
    [InlineData("alias")]
    public void Id_and_alias_resolve_to_the_card_and_its_price_of_the_day(string name)
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        var target = Resolve(file, name).ShouldNotBeNull();

        target.Requested.ShouldBe(name);
        target.Card.Id.ShouldBe("m");
        target.Price.Json.ShouldBe("""{"from":"2025-01-01","input":"1"}""");
    }

    [Fact]
    public void Chosen_is_one_of_those_that_can_be_sent_to()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Resolve(file, "m").ShouldNotBeNull().Card.Usable.Select(deployment => deployment.Model).ShouldBe(["heavy", "light", "spare"]);
    }

    [Fact]
    public void Fallbacks_are_those_that_the_caller_may_use_now()
    {
        using var file = new TemporaryCatalog(
            $$"""
            { "providers": {{Providers}}, "models": {
              "m": { "fallbacks": ["soon", "dark", "other", "late", "last"], "deployments": [{ "provider": "p", "model": "x" }] },
              "soon": { "status": "coming_soon" }, "dark": { "deployments": [{ "provider": "down", "model": "x" }] },
              "late": { "prices": [{ "from": "2026-01-01", "input": "1" }], "deployments": [{ "provider": "p", "model": "y" }] },
              "other": { "deployments": [{ "provider": "p", "model": "z" }] }, "last": { "deployments": [{ "provider": "p", "model": "u" }] } } }
            """);
        var snapshot = file.Open().Current;

        ModelResolver.Fallbacks(snapshot, snapshot.Models[0], Anyone(), Now).Select(card => card.Id).ShouldBe(["other", "last"]);
        ModelResolver.Fallbacks(snapshot, snapshot.Models[0], Anyone("m", "last"), Now).Select(card => card.Id).ShouldBe(["last"]);
    }

    [Theory]
    [InlineData("M")]
    [InlineData("")]
    [InlineData("m ")]
    [InlineData("nothing")]
    public void Unknown_name_is_a_404(string name)
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Refuse(file, name, Anyone()).ShouldBe(GatewayError.UnknownModel(name));
    }

    [Theory]
    [InlineData("m")]
    [InlineData("alias")]
    [InlineData("soon")]
    public void Model_that_the_caller_may_not_use_is_as_if_it_did_not_exist(string name)
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Refuse(file, name, Anyone("old")).ShouldBe(GatewayError.UnknownModel(name));
    }

    [Fact]
    public void Caller_allowed_the_id_may_use_the_alias()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        new ModelResolver(file.Open(), First).Resolve("alias", Anyone("m"), Now).Error.ShouldBeNull();
    }

    [Fact]
    public void Announced_model_is_refused_as_such()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Refuse(file, "soon", Anyone()).ShouldBe(GatewayError.ModelComingSoon("soon"));
    }

    [Fact]
    public void Deprecated_model_is_served()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Resolve(file, "old").ShouldNotBeNull().Deployment.Model.ShouldBe("old-up");
    }

    [Fact]
    public void Model_without_an_available_deployment_is_a_503()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");

        Refuse(file, "dark", Anyone()).ShouldBe(GatewayError.NoDeployment("dark"));
    }

    [Fact]
    public void Overlay_serves_what_no_real_provider_can()
    {
        using var file = new TemporaryCatalog($$"""{ "providers": {{Providers}}, "models": {{Models}} }""");
        var resolver = new ModelResolver(file.Open(new CatalogOverlay("simulator", new Uri("http://localhost/sim"))), First);

        resolver.Resolve("dark", Anyone(), Now).TryGet(out var dark, out _).ShouldBeTrue();
        dark!.Deployment.Provider.Name.ShouldBe("simulator");
        resolver.Resolve("old", Anyone(), Now).TryGet(out var old, out _).ShouldBeTrue();
        old!.Deployment.Provider.Name.ShouldBe("p");
    }

    private static Deployment First(ModelCard card) => card.Usable[0];

    private static Caller Anyone(params string[] allowed) =>
        new() { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1"), AllowedModels = [.. allowed] };

    private static Target? Resolve(TemporaryCatalog file, string name) =>
        new ModelResolver(file.Open(), First).Resolve(name, Anyone(), Now).TryGet(out var target, out _) ? target : null;

    private static GatewayError? Refuse(TemporaryCatalog file, string name, Caller caller) =>
        new ModelResolver(file.Open(), First).Resolve(name, caller, Now).Error;
}
