using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Headers that clients of OpenAI's send: none is refused, and none goes to a provider that need not have it.</summary>
public sealed class RequestHeaderTests : GatewayTest
{
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o","input":"hi"}""")]
    [InlineData("/v1/messages", """{"model":"gpt-4o","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""")]
    public async Task Headers_of_clients_are_accepted_and_stay_here(string path, string body)
    {
        (string Name, string Value)[] headers =
        [
            ("OpenAI-Organization", "org-of-the-client"), ("OpenAI-Project", "proj_of_the_client"), ("X-Stainless-Lang", "js"), ("X-Stainless-Retry-Count", "1"), ("X-Nobody-Knows", "this"),
            ("Cookie", "session=1"), ("Prefer", "wait"), ("X-Client-Request-Id", "mine"),
        ];
        using var client = App.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var response = await client.SendAsync(request, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var sent = (await App.Simulator.Requests.WaitForAsync(1, Timeout)).ShouldHaveSingleItem();
        sent.Headers.Select(static header => header.Key).Intersect(headers.Select(static header => header.Name), StringComparer.OrdinalIgnoreCase).ShouldBe(["X-Client-Request-Id"]);

        // The provider is given the gateway's own id by that name.
        sent.Header("X-Client-Request-Id").ShouldBe(response.Header("x-request-id"));
    }
}
