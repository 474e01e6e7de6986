using System.Net;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>A client's address behind proxies that are trusted; the tests themselves come from one.</summary>
public sealed class ForwardedAddressTests : GatewayTest
{
    protected override GatewayAppOptions Options => new() { Settings = new Dictionary<string, string> { ["Gateway:TrustedProxies"] = "127.0.0.0/8, 10.9.0.0/16,::1" } };

    [Theory]
    [InlineData("192.0.2.7", HttpStatusCode.OK)]
    [InlineData("192.0.2.7, 10.9.1.1", HttpStatusCode.OK)]
    [InlineData("192.0.2.8", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.7, 192.0.2.8", HttpStatusCode.Forbidden)] // What stands before the last that is no proxy is that one's own claim.
    [InlineData("nonsense", HttpStatusCode.Forbidden)]
    public async Task Address_is_the_last_that_is_no_trusted_proxy(string forwarded, HttpStatusCode expected)
    {
        var key = await IssueAsync("192.0.2.7/32");

        using var response = await SendAsync(key, forwarded);

        response.StatusCode.ShouldBe(expected, await response.Content.ReadAsStringAsync(Timeout));
    }

    [Fact]
    public async Task Bad_keys_are_counted_for_the_client_and_not_for_the_proxy()
    {
        for (var i = 0; i < BadKeys.Most; i++)
        {
            using var bad = await SendAsync("sk-nobody", "192.0.2.7");
            bad.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var tooMany = await SendAsync("sk-nobody", "192.0.2.7");
        using var other = await SendAsync("sk-nobody", "192.0.2.8");
        using var good = await SendAsync(App.Key, "192.0.2.7");

        tooMany.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        tooMany.Headers.RetryAfter.ShouldNotBeNull();
        other.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<string> IssueAsync(string range)
    {
        var tenant = await App.Services.GetRequiredService<TenantStore>().CreateAsync(new TenantDraft("t"), Actor.Gateway, Timeout);
        return (await App.Services.GetRequiredService<KeyStore>().IssueAsync(tenant.Id, new KeyDraft("office") { AllowedIps = [range] }, Actor.Gateway, Timeout)).Secret;
    }

    private async Task<HttpResponseMessage> SendAsync(string key, string forwarded)
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        return await client.SendAsync(request, Timeout);
    }
}
