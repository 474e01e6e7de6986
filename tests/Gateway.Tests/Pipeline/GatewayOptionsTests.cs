using Gateway.Catalog;
using Gateway.Forwarding;
using Gateway.Pipeline;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class GatewayOptionsTests
{
    [Theory]
    [InlineData(5, 2048, "/v1", "Gateway:MaxBodyBytes is 5. ")]
    [InlineData((1L << 30) + 1, 2048, "/v1", "Gateway:MaxBodyBytes is 1073741825. ")]
    [InlineData(4096, 5, "/v1", "Gateway:MaxBufferedBytes is 5. ")]
    [InlineData(4096, 4096, "v1", "Gateway:PathPrefix is 'v1'. ")]
    [InlineData(4096, 4096, "/v1/", "Gateway:PathPrefix is '/v1/'. ")]
    [InlineData(4096, 4096, "/v1\n", "Gateway:PathPrefix is '/v1\n'. ")]
    public void Refusal_names_key_value_and_fix(long body, long buffered, string prefix, string message)
    {
        var result = new GatewayOptionsValidator(new ConfigurationBuilder().Build()).Validate(null, new GatewayOptions { MaxBodyBytes = body, MaxBufferedBytes = buffered, PathPrefix = prefix });

        result.Failures.ShouldHaveSingleItem().ShouldStartWith(message + "Set it to ");
    }

    [Theory]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/8, proxy.example")]
    public void Proxy_that_is_no_address_is_refused(string proxies)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Gateway:TrustedProxies", proxies)]).Build();

        new GatewayOptionsValidator(configuration).Validate(null, new GatewayOptions()).Failures.ShouldHaveSingleItem().ShouldStartWith("Gateway:TrustedProxies has '");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v1")]
    [InlineData("/openai/v1")]
    public void Sound_prefix_is_taken(string prefix) =>
        new GatewayOptionsValidator(new ConfigurationBuilder().Build()).Validate(null, new GatewayOptions { PathPrefix = prefix }).Succeeded.ShouldBeTrue();

    [Theory]
    [InlineData(0, 4096, "Gateway:Disconnect:DrainSeconds is 0. ")]
    [InlineData(601, 4096, "Gateway:Disconnect:DrainSeconds is 601. ")]
    [InlineData(60, 0, "Gateway:Disconnect:DrainTokens is 0. ")]
    [InlineData(60, 1_000_001, "Gateway:Disconnect:DrainTokens is 1000001. ")]
    public void Drain_has_bounds_of_its_own(int seconds, int tokens, string message) =>
        new DisconnectOptionsValidator().Validate(null, new DisconnectOptions { DrainSeconds = seconds, DrainTokens = tokens })
            .Failures.ShouldHaveSingleItem().ShouldStartWith(message + "Set it to ");

    [Fact]
    public void Catalog_needs_a_path() =>
        new CatalogOptionsValidator().Validate(null, new CatalogOptions { CatalogPath = " " }).Failures.ShouldHaveSingleItem().ShouldStartWith("Gateway:CatalogPath is ' '. Set it to ");
}
