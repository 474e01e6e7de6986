using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Running;

public sealed class ProcessTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gateway_that_is_told_to_end_ends_with_zero()
    {
        await using var process = await StartAsync(Offer.Text(gateway.Provider.OpenAiBase, gateway.ProviderKey));

        (await process.StopAsync()).ShouldBe(0, process.Output);
    }

    [Fact]
    public async Task Gateway_listens_where_it_is_told()
    {
        await using var process = await StartAsync(Offer.Text(gateway.Provider.OpenAiBase, gateway.ProviderKey));

        process.BaseAddress.Host.ShouldBe("127.0.0.1");
        process.BaseAddress.Port.ShouldNotBe(8080);
    }

    [Fact]
    public async Task Catalog_with_a_mistake_stops_the_start_and_names_it()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(() => StartAsync("""{ "providers": {}, "models": { "m": { "deployments": [{ "provider": "nobody", "model": "m" }] } } }"""));

        error.Message.ShouldContain("nobody");
    }

    private static Task<GatewayProcess> StartAsync(string catalog) => GatewayProcess.StartAsync(new GatewayProcessOptions { Catalog = catalog }, Ct);
}
