using System.Net;
using System.Text;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class ChatTests : GatewayTest
{
    [Fact]
    public async Task Answer_carries_its_cost_the_clients_model_name_and_one_row()
    {
        App.Simulator.Script.Enqueue("prompt_tokens=1000;completion_tokens=100;cached_tokens=400;reasoning_tokens=20;dated");

        using var response = await App.ChatAsync(ChatBody.Text("hello", model: "vision"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var answer = await response.JsonAsync();
        ((string?)answer["model"]).ShouldBe("vision");
        ((string?)answer["object"]).ShouldBe("chat.completion");

        // 600 x 2.50 + 400 x 1.25 + 100 x 10.00 USD per million.
        response.Header("x-gateway-cost-usd").ShouldBe("0.003");
        response.Header("x-gateway-provider").ShouldBe("sim");
        response.Header("x-gateway-model").ShouldBe("gpt-4o-upstream");
        response.Header("openai-version").ShouldBe("2020-10-01");
        long.Parse(response.Header("openai-processing-ms")!).ShouldBeGreaterThanOrEqualTo(0);

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.RequestId.ShouldBe(response.Header("x-request-id"));
        row.RequestId.ShouldMatch("^req_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$");
        row.Outcome.ShouldBe(AnswerOutcome.Completed);
        row.Model.ShouldBe("gpt-4o");
        row.UpstreamModel.ShouldBe("gpt-4o-upstream");
        (row.PromptTokens, row.CachedTokens, row.CompletionTokens, row.ReasoningTokens).ShouldBe((1000, 400, 100, 20));
        row.UsageSource.ShouldBe(UsageSource.Provider);
        row.Amount.ShouldBe(new Money(3_000_000));
        row.Price.ShouldContain("\"input\":\"2.5\"");
        row.Endpoint.ShouldBe("/v1/chat/completions");
    }

    [Fact]
    public async Task Request_price_and_list_price_go_onto_the_row()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", model: "gpt-4-v"));

        response.Header("x-gateway-cost-usd").ShouldBe("0.04");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Amount, row.ListAmount).ShouldBe((new Money(40_000_000), new Money(50_000_000)));
    }

    [Fact]
    public async Task Provider_gets_the_clients_bytes_but_for_the_model_name()
    {
        const string Body = "  {\n \"vendor_field\" : {\"deep\":[1,2.50,\"\\u00e9\\/\"], \"x\":null},\"messages\":[ {\"role\":\"user\",\"content\":\"Grüße 你好 \\ud83d\\ude00\" ,\"extra\":1e9} ] ,\t\"model\" :\"vision\",\"temperature\":0.70,\"seed\":12345678901234567890 }\r\n";

        using var response = await App.ChatAsync(Body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        received.BodyText.ShouldBe(Body.Replace("\"vision\"", "\"gpt-4o-upstream\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task End_user_and_tags_go_onto_the_row_and_on_to_the_provider_as_they_are()
    {
        const string Labels = "\"user\":\"u-1\", \"safety_identifier\" : \"s\\u002d1\",\"metadata\":{ \"team\" : \"search\" },";
        const string Body = "{" + Labels + "\"model\":\"gpt-4o-upstream\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

        using var response = await App.ChatAsync(Body.Replace("gpt-4o-upstream", "vision", StringComparison.Ordinal));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe(Body);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.EndUser, row.Tags).ShouldBe(("s-1", """{"team":"search"}"""));
    }

    [Fact]
    public async Task Headers_go_upstream_by_an_allow_list_and_the_callers_key_never()
    {
        using var client = App.Client();
        client.DefaultRequestHeaders.Add("Cookie", "session=1");
        client.DefaultRequestHeaders.Add("OpenAI-Organization", "org-of-the-client");
        client.DefaultRequestHeaders.Add("OpenAI-Beta", "assistants=v2");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        client.DefaultRequestHeaders.Add("api-key", App.Key);
        client.DefaultRequestHeaders.Add("baggage", "user=alice");
        client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await GatewayApp.ChatAsync(client, Encoding.UTF8.GetBytes(ChatBody.Text("hello")), HttpCompletionOption.ResponseContentRead, Timeout);

        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        received.Header("Authorization").ShouldBe($"Bearer {TestCatalog.ProviderKey}");
        received.Header("OpenAI-Beta").ShouldBe("assistants=v2");
        received.Header("Accept").ShouldBe("application/json");
        received.Header("Content-Type").ShouldBe("application/json");
        received.Header("X-Client-Request-Id").ShouldBe(response.Header("x-request-id"));
        received.Headers.Select(header => header.Key.ToLowerInvariant()).Except(
            ["host", "authorization", "openai-beta", "content-type", "content-length", "x-client-request-id", "accept", "traceparent"]).ShouldBeEmpty();
        received.Headers.ShouldAllBe(header => !header.Value.Contains(App.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Headers_of_the_provider_stay_behind()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello"));

        response.Headers.Select(header => header.Key.ToLowerInvariant()).Order().ShouldBe(
            ["date", "openai-processing-ms", "openai-version", "x-gateway-cost-usd", "x-gateway-model", "x-gateway-provider", "x-request-id"]);
    }

    [Fact]
    public async Task Parameter_policy_drops_and_adds_and_refuses()
    {
        using var accepted = await App.ChatAsync(ChatBody.Text("hello", model: "gpt-4-v", more: ",\"logit_bias\":{\"1\":2},\"top_p\":1"));
        using var refused = await App.ChatAsync(ChatBody.Text("hello", model: "gpt-4-v", more: ",\"tools\":[]"));

        accepted.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe(
            "{\"max_tokens\":300,\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":false,\"top_p\":1}");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await refused.ErrorAsync();
        ((string?)error["code"]).ShouldBe("unsupported_parameter");
        ((string?)error["param"]).ShouldBe("tools");
    }

    [Fact]
    public async Task Whole_answer_that_calls_itself_a_chunk_is_put_right()
    {
        App.Simulator.Script.Enqueue("object=chat.completion.chunk");

        using var response = await App.ChatAsync(ChatBody.Text("hello"));

        ((string?)(await response.JsonAsync())["object"]).ShouldBe("chat.completion");
    }

    [Theory]
    [InlineData("no_usage")]
    [InlineData("usage=null")]
    [InlineData("usage=zero")]
    public async Task Answer_without_believable_usage_is_not_free(string directive)
    {
        App.Simulator.Script.Enqueue(directive);

        using var response = await App.ChatAsync(ChatBody.Text("hello hello hello hello"));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.PromptTokens.ShouldBe(12);
        row.CompletionTokens.ShouldBeGreaterThan(0);
        response.Header("x-gateway-cost-usd").ShouldBe(row.Amount.ToString());
    }

    [Fact]
    public async Task Json_under_a_wrong_content_type_is_read_all_the_same()
    {
        App.Simulator.Script.Enqueue("wrong_content_type");

        using var response = await App.ChatAsync(ChatBody.Text("hello"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task Models_are_those_that_the_key_may_use()
    {
        var key = await App.IssueKeyAsync(null, null, "gpt-4*");
        using var client = App.Client(key);

        var listed = await (await client.GetAsync("/v1/models", Timeout)).JsonAsync();
        using var byAlias = await client.GetAsync("/v1/models/vision", Timeout);
        using var hidden = await client.GetAsync("/v1/models/text-only", Timeout);
        using var refused = await App.ChatAsync(ChatBody.Text("hello", model: "text-only"), key);

        listed["data"]!.AsArray().Select(model => (string?)model!["id"]).ShouldBe(["gpt-4o", "gpt-4-v"]);
        ((string?)(await byAlias.JsonAsync())["id"]).ShouldBe("gpt-4o");
        hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("model_not_found");
    }
}
