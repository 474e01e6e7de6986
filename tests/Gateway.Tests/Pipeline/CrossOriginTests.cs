using System.Net;
using Gateway.Core.Callers;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Pages that call the gateway from a browser, and others that ask without a body.</summary>
public sealed class CrossOriginTests : GatewayTest
{
    private const string Origin = "https://app.example.com";

    protected override GatewayAppOptions Options => new() { Settings = new Dictionary<string, string> { ["Gateway:Cors:Origins"] = $"{Origin}, http://localhost:3000" } };

    [Fact]
    public async Task Page_of_a_named_origin_may_ask_with_any_header_and_read_what_clients_need()
    {
        using var preflight = await SendAsync(HttpMethod.Options, "/v1/chat/completions", Origin, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,x-stainless-os"));
        using var answer = await SendAsync(HttpMethod.Get, "/v1/models", Origin);

        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(preflight, "Access-Control-Allow-Origin").ShouldBe(Origin);
        Header(preflight, "Access-Control-Allow-Headers").ShouldContain("authorization");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe(Origin);
        Header(answer, "Access-Control-Expose-Headers").ShouldContain("x-request-id");
        Header(answer, "Vary").ShouldContain("Origin");
        answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
    }

    [Fact]
    public async Task Page_of_another_origin_gets_no_leave()
    {
        using var preflight = await SendAsync(HttpMethod.Options, "/v1/chat/completions", "https://evil.example.com", ("Access-Control-Request-Method", "POST"));

        preflight.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task Page_may_read_every_header_of_the_gateway_s_own()
    {
        var limited = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 1, TokensPerMinute = 10_000 });
        using var client = App.Client(limited);
        client.DefaultRequestHeaders.Add("Origin", Origin);
        byte[] body = [.. """{"model":"gpt-4o","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"""u8];

        using var answer = await GatewayApp.PostAsync(client, "/v1/messages", body, HttpCompletionOption.ResponseContentRead, Timeout);
        using var refused = await GatewayApp.PostAsync(client, "/v1/messages", body, HttpCompletionOption.ResponseContentRead, Timeout);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        foreach (var response in (HttpResponseMessage[])[answer, refused])
        {
            var exposed = Header(response, "Access-Control-Expose-Headers").Split(',', StringSplitOptions.TrimEntries);
            string[] own = [.. response.Headers.Select(header => header.Key.ToLowerInvariant()).Where(name => name.StartsWith("x-", StringComparison.Ordinal) || name.Contains("ratelimit") || name.Contains("request-id") || name.StartsWith("openai", StringComparison.Ordinal) || name.StartsWith("retry", StringComparison.Ordinal))];
            own.ShouldContain("x-ratelimit-remaining-tokens");
            own.Except(exposed).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("/admin/v1/tenants")]
    [InlineData("/ADMIN/openapi.json")]
    [InlineData("/metrics")]
    [InlineData("/health/ready")]
    public async Task Operators_paths_are_closed_to_pages_of_the_inference_api(string path)
    {
        using var preflight = await SendAsync(HttpMethod.Options, path, Origin, ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization"));
        using var answer = await SendAsync(HttpMethod.Get, path, Origin);

        preflight.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        preflight.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task Admin_api_opens_to_the_origins_named_for_it_alone()
    {
        await using var app = await GatewayApp.StartAsync(new GatewayAppOptions { Settings = new Dictionary<string, string> { ["Gateway:Cors:AdminOrigins"] = Origin } });
        using var client = app.Client(GatewayApp.AdminKey);
        client.DefaultRequestHeaders.Add("Origin", Origin);
        using var asked = new HttpRequestMessage(HttpMethod.Options, "/admin/v1/tenants") { Headers = { { "Access-Control-Request-Method", "POST" } } };

        using var preflight = await client.SendAsync(asked, Timeout);
        using var tenants = await client.GetAsync("/admin/v1/tenants", Timeout);
        using var models = await client.GetAsync("/v1/models", Timeout);

        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(preflight, "Access-Control-Allow-Origin").ShouldBe(Origin);
        tenants.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(tenants, "Access-Control-Allow-Origin").ShouldBe(Origin);
        models.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/")]
    [InlineData("/v1/models/gpt-4o")]
    [InlineData("/v1/me")]
    [InlineData("/v1/files")]
    [InlineData("/v1/organization/costs?start_time=1")]
    public async Task Head_is_answered_as_get_without_a_body(string path)
    {
        using var response = await SendAsync(HttpMethod.Head, path, origin: null);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await response.Content.ReadAsByteArrayAsync(Timeout)).ShouldBeEmpty();
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(',', response.Headers.GetValues(name));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? origin, params (string Name, string Value)[] headers)
    {
        using var client = App.Client();
        using var request = new HttpRequestMessage(method, path);
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Timeout);
    }
}
