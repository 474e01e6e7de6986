using Gateway.Catalog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

public sealed class CatalogServicesTests
{
    [Fact]
    public async Task Host_starts_upon_the_shipped_catalog_wherever_it_runs()
    {
        using var elsewhere = new TemporaryCatalog("{}");
        File.Delete(elsewhere.Path);
        using var host = Build(Path.GetDirectoryName(elsewhere.Path)!, "catalog.json");

        await host.StartAsync(TestContext.Current.CancellationToken);

        host.Services.GetRequiredService<CatalogStore>().Current.TryGetModel("gpt-4-v", out _).ShouldBeTrue();
        host.Services.GetRequiredService<ModelResolver>().ShouldNotBeNull();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Registered_overlay_stands_behind_the_models()
    {
        using var file = new TemporaryCatalog(CatalogText.WithModel("\"tokenizer\": \"o200k_base\""));
        using var host = Build(AppContext.BaseDirectory, file.Path, new CatalogOverlay("simulator", new Uri("http://localhost/sim")));

        await host.StartAsync(TestContext.Current.CancellationToken);

        host.Services.GetRequiredService<CatalogStore>().Current.Models[0].Deployments[^1].Provider.Name.ShouldBe("simulator");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wrong_catalog_fails_the_start()
    {
        using var file = new TemporaryCatalog("{ \"providers\": {} }");
        using var host = Build(AppContext.BaseDirectory, file.Path);

        var failure = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        failure.Message.ShouldContain("models");
    }

    [Fact]
    public async Task Empty_path_fails_the_start_with_the_fix()
    {
        using var host = Build(AppContext.BaseDirectory, string.Empty);

        var failure = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        failure.Message.ShouldContain("Gateway:CatalogPath is ''. Set it to the catalog file");
    }

    private static IHost Build(string contentRoot, string path, CatalogOverlay? overlay = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = contentRoot });
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Gateway:CatalogPath", (string?)path)]);
        builder.Services.AddLogging();
        builder.Services.AddCatalog(builder.Configuration, static _ => static card => card.Usable[0]);
        if (overlay is not null)
        {
            builder.Services.AddSingleton(overlay);
        }

        return builder.Build();
    }
}
