using System.Net;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>What a client claims of its address where the one that connects is no trusted proxy: nothing but a claim.</summary>
public sealed class UntrustedProxyTests : GatewayTest
{
    protected override GatewayAppOptions Options => new() { Settings = new Dictionary<string, string> { ["Gateway:TrustedProxies"] = "10.9.0.0/16" } };

    [Theory]
    [InlineData("127.0.0.1/32", HttpStatusCode.OK)]
    [InlineData("192.0.2.7/32", HttpStatusCode.Forbidden)]
    [InlineData("10.9.0.0/16", HttpStatusCode.Forbidden)]
    public async Task Key_is_bound_to_the_address_that_connects(string range, HttpStatusCode expected)
    {
        var tenant = await App.Services.GetRequiredService<TenantStore>().CreateAsync(new TenantDraft("t"), Actor.Gateway, Timeout);
        var key = (await App.Services.GetRequiredService<KeyStore>().IssueAsync(tenant.Id, new KeyDraft("office") { AllowedIps = [range] }, Actor.Gateway, Timeout)).Secret;

        (await AskAsync(key, range[..range.IndexOf('/', StringComparison.Ordinal)])).ShouldBe(expected);
        (await AskAsync(key, "192.0.2.7, 10.9.1.1")).ShouldBe(expected);
    }

    [Fact]
    public async Task Guesses_are_counted_for_the_address_that_connects()
    {
        for (var i = 0; i < BadKeys.Most; i++)
        {
            (await AskAsync("sk-nobody", $"192.0.2.{i}")).ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await AskAsync("sk-nobody", "192.0.2.200")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await AskAsync(App.Key, "192.0.2.200")).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<HttpStatusCode> AskAsync(string key, string claimed)
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        foreach (var name in (string[])["X-Forwarded-For", "X-Real-IP", "True-Client-IP", "X-Original-For"])
        {
            request.Headers.TryAddWithoutValidation(name, claimed);
        }

        request.Headers.TryAddWithoutValidation("Forwarded", $"for={claimed}");
        using var response = await client.SendAsync(request, Timeout);
        return response.StatusCode;
    }
}
