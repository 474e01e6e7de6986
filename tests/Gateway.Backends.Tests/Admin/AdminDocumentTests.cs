using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>The OpenAPI document of the admin API. That answers are as it says is checked where every operation is called.</summary>
public sealed class AdminDocumentTests
{
    [Fact]
    public async Task Every_route_of_the_admin_api_is_described_and_nothing_else()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);

        var routes = node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"))
            .Order(StringComparer.Ordinal).ToList();

        routes.ShouldNotBeEmpty();
        (await node.DescribeAsync()).Operations.Select(operation => operation.Name).Order(StringComparer.Ordinal).ShouldBe(routes);
    }

    [Fact]
    public async Task All_that_is_described_is_explained()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var document = await node.DescribeAsync();

        ((string?)document.Root["openapi"]).ShouldNotBeNull().ShouldStartWith("3.1");
        var missing = new List<string>();
        foreach (var (name, _, _, said) in document.Operations)
        {
            Explained(said["summary"], name);
            ((string)said["description"]!).ShouldStartWith("For ");
            foreach (var parameter in said["parameters"]?.AsArray() ?? [])
            {
                Explained(parameter!["description"], $"{name} {parameter["name"]}");
            }

            foreach (var response in said["responses"]!.AsObject())
            {
                Explained(response.Value!["description"], $"{name} {response.Key}");
            }
        }

        foreach (var schema in document.Root["components"]!["schemas"]!.AsObject())
        {
            ExplainedFields(schema.Value!, schema.Key);
        }

        missing.ShouldBeEmpty();

        void ExplainedFields(JsonNode schema, string at)
        {
            foreach (var field in schema["properties"]?.AsObject() ?? [])
            {
                Explained(field.Value!["description"], $"{at}.{field.Key}");
                ExplainedFields(field.Value!, $"{at}.{field.Key}");
            }
        }

        void Explained(JsonNode? text, string what)
        {
            if (string.IsNullOrEmpty((string?)text))
            {
                missing.Add(what);
            }
        }
    }

    [Fact]
    public async Task Every_body_has_an_example_that_its_schema_takes()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var document = await node.DescribeAsync();

        var bodies = document.Operations.Select(operation => AdminDescription.BodyOf(operation.Said)).OfType<JsonObject>().ToList();

        bodies.Count.ShouldBe(7);
        foreach (var body in bodies)
        {
            document.Wrongs(body["schema"]!, body["example"].ShouldNotBeNull(), "$").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task It_asks_for_a_bearer_key_and_says_so()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);

        (await node.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/admin/openapi.json"))).Status.ShouldBe(401);

        var document = await node.DescribeAsync();
        var scheme = document.Root["security"]![0]!.AsObject().Single().Key;
        ((string?)document.Root["components"]!["securitySchemes"]![scheme]!["scheme"]).ShouldBe("bearer");
        ((string?)document.Root["info"]!["description"]).ShouldNotBeNull().ShouldContain("this document's too");
    }

    [Fact]
    public async Task Without_an_admin_key_there_is_no_document()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite, adminKey: null);
        (await node.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/admin/openapi.json"))).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:99")]
    [InlineData("a'or'1'='1")]
    public async Task Host_that_was_asked_is_nowhere_in_it(string host)
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var (status, body) = await node.SendAsync(context =>
        {
            context.Request.Path = "/admin/openapi.json";
            context.Request.Headers.Authorization = $"Bearer {AdminNode.AdminKey}";
            context.Request.Headers.Host = host;
            context.Request.Headers["X-Forwarded-Host"] = host;
        });

        status.ShouldBe(200);
        body.ShouldNotContain(host);
        JsonNode.Parse(body)!["servers"]!.ToJsonString().ShouldBe("""[{"url":"/"}]""");
    }

    [Fact]
    public async Task Body_is_read_whatever_its_content_type_says()
    {
        await using var node = await AdminNode.StartAsync(Backend.Sqlite);
        var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/tenants") { Content = new StringContent("""{"name":"a"}""", MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminNode.AdminKey);
        (await node.SendAsync(request)).Status.ShouldBe(201);
    }
}
