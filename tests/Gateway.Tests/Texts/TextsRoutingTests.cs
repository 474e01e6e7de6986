using System.Net;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

/// <summary>Who serves what.</summary>
public sealed class TextsRoutingTests : TextsTest
{
    [Theory]
    [InlineData(Embeddings, """{"model":"chat","input":"a"}""")]
    [InlineData(Embeddings, """{"model":"omni-moderation-latest","input":"a"}""")]
    [InlineData(Embeddings, """{"model":"instruct","input":"a"}""")]
    [InlineData($"{Embeddings}/quote", """{"model":"chat","input":"a"}""")]
    [InlineData(Moderations, """{"model":"chat","input":"a"}""")]
    [InlineData(Moderations, """{"model":"small","input":"a"}""")]
    [InlineData(Moderations, """{"model":"azure-judge","input":"a"}""")]
    [InlineData(Completions, """{"model":"small","prompt":"a"}""")]
    [InlineData(Completions, """{"model":"judge","prompt":"a","stream":true}""")]
    [InlineData("/v1/chat/completions", """{"model":"small","messages":[{"role":"user","content":"a"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"judge","messages":[{"role":"user","content":"a"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"instruct","messages":[{"role":"user","content":"a"}]}""")]
    [InlineData("/v1/responses", """{"model":"small","input":"a"}""")]
    [InlineData(Embeddings, """{"model":"translated","input":"a"}""")]
    [InlineData(Completions, """{"model":"translated","prompt":"a"}""")]
    [InlineData(Moderations, """{"model":"translated","input":"a"}""")]
    public async Task Model_of_another_kind_is_refused_by_name(string path, string body)
    {
        using var response = await PostAsync(path, body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["param"], (string?)error["code"]).ShouldBe(("model", "unsupported_parameter"));
        ((string?)error["message"]).ShouldNotBeNull().ShouldContain($"does not serve {path.Replace("/quote", "", StringComparison.Ordinal)}");
        await ShouldKeepNothingAsync();
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Fact]
    public async Task Model_of_the_messages_api_is_refused_in_its_own_form()
    {
        using var response = await PostAsync("/v1/messages", """{"model":"small","max_tokens":5,"messages":[{"role":"user","content":"a"}]}""");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.JsonAsync())["type"]).ShouldBe("error");
    }

    [Theory]
    [InlineData(Embeddings, """{"model":"unstated","input":"a"}""")]
    [InlineData(Completions, """{"model":"unstated","prompt":"a"}""")]
    [InlineData(Moderations, """{"model":"unstated","input":"a"}""")]
    [InlineData(Completions, """{"model":"chat","prompt":"a"}""")]
    [InlineData("/v1/chat/completions", """{"model":"unstated","messages":[{"role":"user","content":"a"}]}""")]
    public async Task Model_whose_card_does_not_tell_is_left_to_its_provider(string path, string body) => await AnswerAsync(path, body);

    [Theory]
    [InlineData("azure-classic", Embeddings, "/openai/deployments/my dep/embeddings")]
    [InlineData("azure-classic", Completions, "/openai/deployments/my dep/completions")]
    [InlineData("azure-v1", Embeddings, "/openai/v1/embeddings")]
    [InlineData("azure-v1", Completions, "/openai/v1/completions")]
    public async Task Azure_serves_it_by_the_path_of_its_dialect(string model, string path, string expected)
    {
        await AnswerAsync(path, $$"""{"model":"{{model}}","{{(path == Embeddings ? "input" : "prompt")}}":"hello"}""");

        var request = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        request.Path.ShouldBe(expected);
        request.Header("api-key").ShouldBe(TestCatalog.ProviderKey);
        (await RowAsync()).Provider.ShouldBe(model == "azure-v1" ? "azure" : "classic");
    }

    [Fact]
    public async Task Stream_of_azure_begins_with_its_verdict_on_the_prompt()
    {
        using var response = await PostAsync(Completions, """{"model":"azure-v1","prompt":"hello","stream":true}""");

        var events = await response.EventsAsync();
        events[0].ShouldContain("prompt_filter_results");
        events[^1].ShouldBe("[DONE]");
    }

    [Fact]
    public async Task Deployments_that_cannot_serve_it_are_passed_over_and_those_that_fail_are_left()
    {
        using var response = await PostAsync(Embeddings, """{"model":"failing-over","input":"hello"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        response.Header("x-gateway-model").ShouldBe("embedding");
        App.Simulator.Requests.Total.ShouldBe(1);
        (await RowAsync()).Provider.ShouldBe("sim");
    }

    [Theory]
    [InlineData(Embeddings, """{"model":"doubled","input":"hello"}""")]
    [InlineData(Completions, """{"model":"doubled","prompt":"hello"}""")]
    [InlineData(Completions, """{"model":"doubled","prompt":"hello","stream":true}""")]
    [InlineData(Moderations, """{"model":"doubled","input":"hello"}""")]
    public async Task Failure_before_the_first_byte_is_left_to_the_next_deployment(string path, string body)
    {
        App.Simulator.Script.Enqueue("status=500");

        using var response = await PostAsync(path, body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        App.Simulator.Requests.Total.ShouldBe(2);
        (await RowAsync()).UpstreamModel.ShouldBe("second");
    }

    [Fact]
    public async Task Model_that_its_provider_serves_elsewhere_is_no_failure_of_the_deployment()
    {
        const string Answer = """{"error":{"message":"This is a chat model and not supported in the v1/completions endpoint.","type":"invalid_request_error","param":"model","code":null}}""";
        await using var provider = new WireStub($"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {Answer.Length}\r\nConnection: close\r\n\r\n{Answer}");
        await File.WriteAllTextAsync(App.CatalogPath, $$"""
            { "providers": { "p": { "dialect": "openai", "base_url": "{{provider.Base}}" } },
              "models": { "chat": { "prices": [{ "from": "2025-01-01", "input": "1", "output": "2" }], "deployments": [{ "provider": "p", "model": "x" }] } } }
            """, Timeout);
        App.ReloadCatalog();

        // More often than a deployment may fail before it is left alone.
        for (var i = 0; i < 30; i++)
        {
            using var response = await PostAsync(Completions, """{"model":"chat","prompt":"a"}""");

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var error = await response.ErrorAsync();
            ((string?)error["param"], (string?)error["code"]).ShouldBe(("model", "unsupported_parameter"));
        }

        (await App.RowsAsync()).ShouldAllBe(row => row.Amount == Core.Pricing.Money.Zero);
    }

    [Fact]
    public async Task Stream_where_none_can_be_is_a_providers_fault()
    {
        await using var odd = new WireStub("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {\"data\":[]}\n\n");
        await File.WriteAllTextAsync(App.CatalogPath, $$"""
            { "providers": { "odd": { "dialect": "openai", "base_url": "{{odd.Base}}" } },
              "models": { "small": { "output": ["embedding"], "prices": [{ "from": "2025-01-01", "input": "1" }], "deployments": [{ "provider": "odd", "model": "x" }], "retries": { "attempts": 1 } } } }
            """, Timeout);
        App.ReloadCatalog();

        using var response = await PostAsync(Embeddings, """{"model":"small","input":"a"}""");

        ((int)response.StatusCode).ShouldBe(502);
    }
}
