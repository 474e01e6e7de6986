using System.Net;
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
        answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
    }

    [Fact]
    public async Task Page_of_another_origin_gets_no_leave()
    {
        using var preflight = await SendAsync(HttpMethod.Options, "/v1/chat/completions", "https://evil.example.com", ("Access-Control-Request-Method", "POST"));

        preflight.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/")]
    [InlineData("/v1/models/gpt-4o")]
    public async Task Head_is_answered_as_get_without_a_body(string path)
    {
        using var response = await SendAsync(HttpMethod.Head, path, origin: null);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentLength!.Value.ShouldBeGreaterThan(0);
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
