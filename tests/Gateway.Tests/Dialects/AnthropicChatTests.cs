using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Keys;
using Gateway.Testing;
using Gateway.Tests.Idempotency;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Dialects;

public sealed class AnthropicChatTests : AnthropicTest
{
    // 1,000 of input, 300 read from the cache, 200 written to it, 40 of output.
    private static readonly Money Cost = new((1000 * 3000) + (300 * 300) + (200 * 3750) + (40 * 15000));

    [Fact]
    public async Task Answer_in_json_is_translated_and_billed_by_its_usage()
    {
        Upstream.ThenJson(AnthropicUpstream.Answer);

        using var response = await App.ChatAsync(Body());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Header("x-gateway-cost-usd").ShouldBe(Cost.ToString());
        (response.Header("x-gateway-provider"), response.Header("x-gateway-model")).ShouldBe(("anthropic", "claude-x"));
        var answer = await response.JsonAsync();
        ((string?)answer["id"])!.ShouldBe("chatcmpl-" + response.Header("x-request-id")!["req_".Length..]);
        ((string?)answer["object"], (string?)answer["model"]).ShouldBe(("chat.completion", "claude"));
        ((long)answer["created"]!).ShouldBeInRange(1_600_000_000, 10_000_000_000);
        ((string?)answer["choices"]![0]!["message"]!["content"], (string?)answer["choices"]![0]!["finish_reason"]).ShouldBe(("Hello there", "stop"));
        answer["usage"]!.ToJsonString().ShouldBe("""{"prompt_tokens":1500,"completion_tokens":40,"total_tokens":1540,"prompt_tokens_details":{"cached_tokens":300,"cache_write_tokens":200},"completion_tokens_details":{"reasoning_tokens":0}}""");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.Amount, row.UpstreamModel).ShouldBe((AnswerOutcome.Completed, UsageSource.Provider, Cost, "claude-x"));
        (row.PromptTokens, row.CachedTokens, row.CacheWriteTokens, row.CompletionTokens).ShouldBe((1500, 300, 200, 40));
    }

    [Fact]
    public async Task Request_goes_where_the_api_wants_it_and_is_signed_its_way()
    {
        Upstream.ThenJson(AnthropicUpstream.Answer);

        using var response = await App.ChatAsync(Body(more: ",\"max_tokens\":7,\"stop\":\"x\",\"user\":\"u1\""));

        var call = Upstream.Calls.ShouldHaveSingleItem();
        call.Path.ShouldBe("/v1/messages");
        (call.Headers["x-api-key"], call.Headers["anthropic-version"], call.Headers["Content-Type"]).ShouldBe((AnthropicUpstream.Key, "2023-06-01", "application/json"));
        call.Headers.ShouldNotContainKey("Authorization");
        call.Body.ShouldBe("""{"model":"claude-x","max_tokens":7,"messages":[{"role":"user","content":[{"type":"text","text":"hello"}]}],"stop_sequences":["x"],"metadata":{"user_id":"u1"}}""");
        call.Headers["Content-Length"].ShouldBe($"{call.Body.Length}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_is_translated_event_by_event_and_billed_by_its_usage(bool includeUsage)
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("Hel"), AnthropicUpstream.Text("lo"), AnthropicUpstream.Finish);

        using var response = await App.ChatAsync(Body(stream: true, includeUsage ? ",\"stream_options\":{\"include_usage\":true}" : ""));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = await response.EventsAsync();
        events.Count.ShouldBe(includeUsage ? 6 : 5);
        events[^1].ShouldBe("[DONE]");
        Answers.TextOf(events).ShouldBe("Hello");
        var first = JsonNode.Parse(events[0])!;
        ((string?)first["id"], (string?)first["model"], (string?)first["choices"]![0]!["delta"]!["role"]).ShouldBe(("chatcmpl-" + response.Header("x-request-id")!["req_".Length..], "claude", "assistant"));
        ((string?)JsonNode.Parse(events[3])!["choices"]![0]!["finish_reason"]).ShouldBe("stop");
        (await response.Content.ReadAsStringAsync(Timeout)).ShouldContain($": x-gateway-cost-usd={Cost}\n\ndata: [DONE]");
        if (includeUsage)
        {
            ((int?)JsonNode.Parse(events[4])!["usage"]!["prompt_tokens"]).ShouldBe(1500);
        }

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.Amount, row.CompletionTokens).ShouldBe((AnswerOutcome.Completed, UsageSource.Provider, Cost, 40));
        Upstream.Calls.Single().Json["stream"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task Calls_of_a_stream_and_their_results_go_round()
    {
        Upstream.ThenStream(
            AnthropicUpstream.Start.Replace("{\"type\":\"text\",\"text\":\"\"}", "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{}}", StringComparison.Ordinal),
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\": \\\"Par\"}}\n\n",
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"is\\\"}\"}}\n\n",
            AnthropicUpstream.Finish.Replace("end_turn", "tool_use", StringComparison.Ordinal));
        const string Tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\"}}}]";

        using var response = await App.ChatAsync(Body(stream: true, Tools));

        var chunks = (await response.EventsAsync()).SkipLast(1).Select(data => JsonNode.Parse(data)!["choices"]![0]!).ToList();
        var calls = chunks.Select(choice => choice["delta"]!["tool_calls"]?[0]).OfType<JsonNode>().ToList();
        ((string?)calls[0]["id"], (string?)calls[0]["function"]!["name"]).ShouldBe(("toolu_1", "weather"));
        string.Concat(calls.Select(call => (string?)call["function"]!["arguments"])).ShouldBe("{\"city\": \"Paris\"}");
        ((string?)chunks[^1]["finish_reason"]).ShouldBe("tool_calls");

        Upstream.ThenJson(AnthropicUpstream.Answer);
        using var next = await App.ChatAsync(
            """{"model":"claude","messages":[{"role":"user","content":"w"},{"role":"assistant","content":null,"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\"}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"rain"}]""" + Tools + "}");

        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        Upstream.Calls.Last().Json["messages"]![2]!["content"]![0]!["tool_use_id"]!.GetValue<string>().ShouldBe("toolu_1");
    }

    [Fact]
    public async Task Pictures_arrive_with_the_type_of_their_bytes()
    {
        var picture = Pictures.Png(1000, 1000, padding: 300_000);
        using var client = App.Client();
        using var file = new ByteArrayContent(picture);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("vision"), "purpose" }, { file, "file", "cat.png" } };
        using var uploaded = await client.PostAsync("/v1/files", form, Timeout);
        var id = (string)(await uploaded.JsonAsync())["id"]!;
        Upstream.ThenJson(AnthropicUpstream.Answer);

        using var response = await App.ChatAsync(
            $$"""{"model":"claude","messages":[{"role":"user","content":[{{ChatBody.Part("data:image/jpeg;base64," + Convert.ToBase64String(picture))}},{{ChatBody.Part(id)}}]}]}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var content = Upstream.Calls.Single().Json["messages"]![0]!["content"]!.AsArray();
        foreach (var image in content)
        {
            ((string?)image!["type"], (string?)image["source"]!["type"], (string?)image["source"]!["media_type"]).ShouldBe(("image", "base64", "image/png"));
            ((string?)image["source"]!["data"]).ShouldBe(Convert.ToBase64String(picture));
        }

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Images, row.ImageTokensEstimated).ShouldBe((2, 2 * 1296));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_without_usage_is_estimated(bool stream)
    {
        if (stream)
        {
            Upstream.ThenStream("data: {\"type\":\"message_start\",\"message\":{}}\n\n", AnthropicUpstream.Text("one two three four"), "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n", AnthropicUpstream.Stop);
        }
        else
        {
            Upstream.ThenJson("""{"content":[{"type":"text","text":"one two three four"}],"stop_reason":"end_turn"}""");
        }

        using var response = await App.ChatAsync(Body(stream));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.Completed, UsageSource.Estimated, 8, 4));
    }

    [Fact]
    public async Task Stream_whose_usage_stops_at_its_beginning_pays_for_the_text_that_came()
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("one two three four"), "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n", AnthropicUpstream.Stop);

        using var response = await App.ChatAsync(Body(stream: true));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.Completed, UsageSource.Estimated, 1500, 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Usage_that_is_absurd_is_not_billed(bool stream)
    {
        if (stream)
        {
            Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("one two three four"), AnthropicUpstream.Finish.Replace("\"output_tokens\":40", "\"output_tokens\":40000000", StringComparison.Ordinal));
        }
        else
        {
            Upstream.ThenJson(AnthropicUpstream.Answer.Replace("\"output_tokens\":40", "\"output_tokens\":40000000", StringComparison.Ordinal));
        }

        using var response = await App.ChatAsync(Body(stream, ",\"max_tokens\":50"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource).ShouldBe((AnswerOutcome.Completed, UsageSource.Estimated));
        row.CompletionTokens.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"messages: bad"}}""", 400, null)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 5 tokens > 4 maximum"}}""", 400, "context_length_exceeded")]
    [InlineData(401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", 502, "provider_authentication_failed")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 503, "provider_error")]
    [InlineData(200, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 503, "provider_error")]
    [InlineData(200, """{"object":"chat.completion","choices":[]}""", 502, "provider_malformed_response")]
    [InlineData(200, "<html>", 502, "provider_malformed_response")]
    public async Task Refusal_is_told_in_openais_form_and_free(int status, string body, int told, string? code)
    {
        Upstream.ThenJson(body, status);

        using var response = await App.ChatAsync(Body());

        ((int)response.StatusCode).ShouldBe(told);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe(code);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, Money.Zero));
    }

    [Fact]
    public async Task Error_before_the_first_event_is_a_status()
    {
        Upstream.ThenStream("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");

        using var response = await App.ChatAsync(Body(stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await App.RowsAsync()).ShouldHaveSingleItem().Amount.ShouldBe(Money.Zero);
    }

    [Theory]
    [InlineData("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", "provider_error")]
    [InlineData("data: not json\n\n", "provider_malformed_response")]
    [InlineData("data: {\"type\":\"content_block_st", "provider_unreachable")]
    [InlineData("", "provider_unreachable")]
    public async Task Stream_that_breaks_off_says_so_and_costs_what_came(string end, string code)
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("one two three four"), end);

        using var response = await App.ChatAsync(Body(stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var events = await response.EventsAsync();
        ((string?)JsonNode.Parse(events[^1])!["error"]!["code"]).ShouldBe(code);
        Answers.TextOf(events.SkipLast(1)).ShouldBe("one two three four");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.UpstreamFailed, UsageSource.Estimated, 1500, 4));
    }

    [Fact]
    public async Task Stream_without_its_last_event_is_complete()
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("t"), AnthropicUpstream.Finish.Replace(AnthropicUpstream.Stop, "", StringComparison.Ordinal));

        using var response = await App.ChatAsync(Body(stream: true));

        (await response.EventsAsync())[^1].ShouldBe("[DONE]");
        (await App.RowsAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.Completed);
    }

    [Fact]
    public async Task What_the_api_cannot_express_is_refused_before_anything_is_sent_or_reserved()
    {
        using var response = await App.ChatAsync(Body(more: ",\"seed\":4"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"], (string?)error["param"]).ShouldBe(("unsupported_parameter", "seed"));
        Upstream.Calls.ShouldBeEmpty();
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeat_with_a_key_gets_the_same_answer_and_no_second_charge(bool stream)
    {
        if (stream)
        {
            Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("once"), AnthropicUpstream.Finish);
        }
        else
        {
            Upstream.ThenJson(AnthropicUpstream.Answer);
        }

        using var first = await App.AskAsync("key-1", Body(stream));
        using var second = await App.AskAsync("key-1", Body(stream));

        (await second.EssenceAsync()).ShouldBe(await first.EssenceAsync());
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        Upstream.Calls.ShouldHaveSingleItem();
        (await App.RowsAsync()).ShouldHaveSingleItem().Amount.ShouldBe(Cost);
    }

    [Fact]
    public async Task Balance_pays_for_the_maximum_that_is_sent_and_gets_back_what_was_not_used()
    {
        var (poor, poorKey) = await App.IssueKeyAsync(new TenantDraft("poor") { Mode = BillingMode.Prepaid });
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });

        // The card's 4,000 tokens of output hold six cents, and the prompt a little more.
        await App.CreditAsync(poor, new Money(60_000_000));
        await App.CreditAsync(tenant, new Money(60_100_000));
        Upstream.ThenJson(AnthropicUpstream.Answer);

        using var refused = await App.ChatAsync(Body(), poorKey);
        using var response = await App.ChatAsync(Body(), key);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((int?)Upstream.Calls.Single().Json["max_tokens"]).ShouldBe(4000);
        (await App.RowsAsync()).ShouldHaveSingleItem().Amount.ShouldBe(Cost);
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
    }
}
