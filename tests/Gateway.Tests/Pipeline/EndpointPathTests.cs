using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Every path of the inference API, found in the gateway's own table of routes, with and without the prefix, with and without a slash at its end.</summary>
public sealed class EndpointPathTests
{
    // Fewer would mean that the table was not read.
    private const int FewestCalls = 35;

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1", false, new[] { "/v1" })]
    [InlineData("/v1", true, new[] { "/v1", "" })]
    [InlineData("/openai/v1", true, new[] { "/openai/v1", "" })]
    [InlineData("", false, new[] { "" })]
    public async Task Every_endpoint_answers_the_same_under_each_prefix_with_and_without_a_slash(string prefix, bool optional, string[] served)
    {
        await using var app = await StartAsync(prefix, optional);
        var calls = CallsOf(app, prefix);
        using var client = app.Client();

        calls.Count.ShouldBeGreaterThan(FewestCalls);
        foreach (var (method, path) in calls)
        {
            var answers = new HashSet<string>();
            foreach (var form in served.SelectMany(before => (string[])[before + path, $"{before}{path}/"]))
            {
                using var response = await SendAsync(client, method, form);
                var body = await response.Content.ReadAsStringAsync(Timeout);
                body.Contains("Invalid URL", StringComparison.Ordinal).ShouldBeFalse($"{method} {form}");
                response.StatusCode.ShouldNotBe(HttpStatusCode.MethodNotAllowed, $"{method} {form}");
                response.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError, $"{method} {form}");
                answers.Add($"{response.StatusCode} {response.Content.Headers.ContentType} {Message(body)}");
            }

            answers.ShouldHaveSingleItem($"{method} {path}");
            foreach (var form in ((string[])["/v1" + path, path]).Where(form => !served.Any(before => form == before + path)))
            {
                using var response = await SendAsync(client, method, form);
                response.StatusCode.ShouldBe(HttpStatusCode.NotFound, $"{method} {form}");
            }
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", "/v1/chat/completions")]
    [InlineData("/chat/completions/", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", "/v1/chat/completions")]
    [InlineData("/responses", """{"model":"gpt-4o","input":"hi"}""", "/v1/responses")]
    [InlineData("/messages/", """{"model":"gpt-4o","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""", "/v1/messages")]
    public async Task Ledger_knows_an_endpoint_by_one_name_however_it_was_called(string path, string body, string endpoint)
    {
        await using var app = await StartAsync("/v1", optional: true);
        using var client = app.Client();

        using var response = await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        (await app.RowsAsync()).ShouldHaveSingleItem().Endpoint.ShouldBe(endpoint);
    }

    [Fact]
    public async Task Method_that_a_path_does_not_serve_is_refused_with_those_that_it_does()
    {
        await using var app = await StartAsync("/v1", optional: true);
        using var client = app.Client();
        // Behind /responses/ whatever is read is taken for the id of a stored response.
        var served = CallsOf(app, "/v1").Where(static call => !call.Path.StartsWith("/responses/", StringComparison.Ordinal) || call.Path.Contains("x-1", StringComparison.Ordinal)).GroupBy(static call => call.Path).ToDictionary(static group => group.Key, static group => group.Select(static call => call.Method).Order().ToList());

        foreach (var (path, methods) in served.SelectMany(path => (IEnumerable<(string, List<string>)>)[(path.Key, path.Value), ("/v1" + path.Key, path.Value)]))
        {
            foreach (var method in ((string[])["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).Except(methods))
            {
                using var response = await SendAsync(client, method, path);

                response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, $"{method} {path}");
                response.Content.Headers.Allow.Order().SequenceEqual(methods).ShouldBeTrue($"{method} {path}: {string.Join(", ", response.Content.Headers.Allow)}");
                response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
                if (method != "HEAD")
                {
                    var error = await response.ErrorAsync();
                    ((string?)error["type"], (string?)error["code"]).ShouldBe(("invalid_request_error", "method_not_supported"));
                }
            }
        }
    }

    [Theory]
    [InlineData("GET", "/v1/assistants")]
    [InlineData("POST", "/v1/chat/completions/x")]
    [InlineData("POST", "/v1/v1/chat/completions")]
    [InlineData("GET", "/v2/models")]
    [InlineData("DELETE", "/")]
    public async Task Unknown_path_gets_a_404_of_openais_form_that_names_it(string method, string path)
    {
        await using var app = await StartAsync("/v1", optional: true);
        using var client = app.Client();

        using var response = await SendAsync(client, method, path);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var error = await response.ErrorAsync();
        ((string?)error["message"], (string?)error["type"]).ShouldBe(($"Invalid URL ({method} {path})", "invalid_request_error"));
        error.AsObject().ContainsKey("code").ShouldBeTrue();
        (error["code"], error["param"]).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v1")]
    public async Task Operators_paths_are_no_requests_of_the_inference_api_whatever_its_prefix(string prefix)
    {
        await using var app = await StartAsync(prefix, optional: true);
        using var client = app.Client();
        using var operators = app.Client(GatewayApp.AdminKey);

        foreach (var path in (string[])["/admin/v1/tenants", "/ADMIN/v1/usage", "/admin/openapi.json", "/admin/v1/nothing", "/health/live", "/HEALTH/ready", "/metrics"])
        {
            using var answer = await SendAsync(operators, "GET", path);
        }

        // What a browser asks first is none either.
        using var preflight = await SendAsync(client, "OPTIONS", prefix + "/models");
        using var models = await SendAsync(client, "GET", prefix + "/models");
        var counted = Scrape.Parse(await client.GetStringAsync("/metrics", Timeout)).Sum("gateway_requests_total");

        models.StatusCode.ShouldBe(HttpStatusCode.OK);
        counted.ShouldBe(1);
    }

    private static Task<GatewayApp> StartAsync(string prefix, bool optional) => GatewayApp.StartAsync(new GatewayAppOptions
    {
        Settings = new Dictionary<string, string> { ["Gateway:PathPrefix"] = prefix, ["Gateway:PathPrefixOptional"] = optional ? "true" : "false" },
    });

    /// <summary>Each method and path, without the prefix, of the inference API as the gateway maps it.</summary>
    private static IReadOnlyList<(string Method, string Path)> CallsOf(GatewayApp app, string prefix) =>
    [
        .. app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith(prefix + "/", StringComparison.Ordinal))
            .Where(endpoint => !((string[])["/admin", "/health", "/metrics"]).Any(own => endpoint.RoutePattern.RawText!.StartsWith(own, StringComparison.Ordinal)))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method =>
                (method, endpoint.RoutePattern.RawText![prefix.Length..].Replace("{**id}", "gpt-4o", StringComparison.Ordinal).Replace("{id}", "x-1", StringComparison.Ordinal))))
            .Distinct()
            .Order(),
    ];

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        return client.SendAsync(request, Timeout);
    }

    /// <summary>What an error says, or which fields an answer has.</summary>
    private static string Message(string body) => body.Length == 0 ? "" : JsonNode.Parse(body)!.AsObject() is var json && json["error"] is { } error
        ? $"{error["code"]} {error["param"]} {error["message"]}"
        : string.Join(',', json.Select(field => field.Key));
}
