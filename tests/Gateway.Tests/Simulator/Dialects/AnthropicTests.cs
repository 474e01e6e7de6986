using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

public sealed class AnthropicTests
{
    private const SimulatorDialect Anthropic = SimulatorDialect.Anthropic;
    private const string CountTokens = "/v1/messages/count_tokens";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_has_the_form_of_a_message()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.AnswerAsync(Anthropic, DialectCall.Body(Anthropic, "[[text=Good day.]]Hello"));

        answer.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"id":"msg_sim0000000000000001","type":"message","role":"assistant","model":"claude-test",
             "content":[{"type":"text","text":"Good day."}],"stop_reason":"end_turn","stop_sequence":null,
             "usage":{"input_tokens":13,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2,
               "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"service_tier":"standard"}}
            """)!.ToJsonString());
    }

    [Fact]
    public async Task Stream_is_the_message_event_by_event()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Anthropic, "[[text=Good day.]]Hello", stream: true);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await response.Content.ReadAsStringAsync(Ct)).ShouldBe("""
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_sim0000000000000001","type":"message","role":"assistant","model":"claude-test","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":13,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"service_tier":"standard"}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: ping
            data: {"type":"ping"}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Good"}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" day."}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":13,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2}}

            event: message_stop
            data: {"type":"message_stop"}


            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Parallel_tool_calls_are_blocks_of_their_own_whose_input_comes_in_pieces()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic, "[[tool=2]]").WithTools(Anthropic, "describe", "look_up");

        var answer = await session.AnswerAsync(Anthropic, body);
        body["stream"] = true;
        var events = await session.EventsAsync(Anthropic, body);

        ((string?)answer["stop_reason"]).ShouldBe("tool_use");
        var calls = answer["content"]!.AsArray();
        calls.Select(call => (string?)call!["name"]).ShouldBe(["describe", "look_up"]);
        calls.ShouldAllBe(call => ((string)call!["id"]!).StartsWith("toolu_"));
        for (var index = 0; index < 2; index++)
        {
            var own = events.FindAll(each => (int?)each["index"] == index);
            ((string?)own[0]["content_block"]!["name"]).ShouldBe((string?)calls[index]!["name"]);
            own[0]["content_block"]!["input"]!.AsObject().ShouldBeEmpty();
            own.Count.ShouldBeGreaterThan(5);
            var pieces = string.Concat(own.Where(each => (string?)each["type"] == "content_block_delta").Select(each => (string?)each["delta"]!["partial_json"]));
            JsonNode.DeepEquals(JsonNode.Parse(pieces), calls[index]!["input"]).ShouldBeTrue();
        }

        events.Count(each => (string?)each["type"] == "content_block_stop").ShouldBe(2);
        ((string?)events[^2]["delta"]!["stop_reason"]).ShouldBe("tool_use");
    }

    [Theory]
    [InlineData("""{"type":"any"}""", "", 1)]
    [InlineData("""{"type":"tool","name":"look_up"}""", "", 1)]
    [InlineData("""{"type":"auto"}""", "", 0)]
    [InlineData("""{"type":"auto","disable_parallel_tool_use":true}""", "[[tool=3]]", 1)]
    [InlineData("""{"type":"none"}""", "[[tool=3]]", 0)]
    public async Task Tool_choice_is_heeded(string choice, string text, int calls)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic, $"{text}What is there?").WithTools(Anthropic, "describe", "look_up");
        body["tool_choice"] = JsonNode.Parse(choice);

        var answer = await session.AnswerAsync(Anthropic, body);

        var blocks = answer["content"]!.AsArray().Where(block => (string?)block!["type"] == "tool_use").ToList();
        blocks.Count.ShouldBe(calls);
        if (choice.Contains("look_up", StringComparison.Ordinal))
        {
            ((string?)blocks[0]!["name"]).ShouldBe("look_up");
        }
    }

    [Fact]
    public async Task Thoughts_come_first_signed_and_are_known_again()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic, "[[tool;reasoning=3]]Look").WithTools(Anthropic, "look");
        body["thinking"] = JsonNode.Parse("""{"type":"enabled","budget_tokens":1024}""");

        var answer = await session.AnswerAsync(Anthropic, body);
        var content = answer["content"]!.AsArray();
        content.Select(block => (string?)block!["type"]).ShouldBe(["thinking", "tool_use"]);
        ((string?)content[0]!["thinking"]).ShouldBe("The picture shows");
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["content"] = content.DeepClone() });
        body["messages"]!.AsArray().Add(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = (string?)content[1]!["id"], ["content"] = "A harbour." }),
        });
        using var again = await session.SendAsync(Anthropic, body.ToJsonString());
        body["messages"]![1]!["content"]![0]!["signature"] = "forged";
        using var forged = await session.SendAsync(Anthropic, body.ToJsonString());
        body["messages"]![1]!["content"]!.AsArray().RemoveAt(0);
        using var without = await session.SendAsync(Anthropic, body.ToJsonString());

        ((int)again.StatusCode).ShouldBe(200);
        ((string?)(await DialectCall.ErrorAsync(Anthropic, forged))["message"]).ShouldStartWith("messages.1.content.0: Invalid `signature`");
        ((string?)(await DialectCall.ErrorAsync(Anthropic, without))["message"]).ShouldStartWith("messages.1.content.0.type: Expected `thinking`");
    }

    [Fact]
    public async Task Streamed_thoughts_end_in_their_signature()
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(Anthropic, DialectCall.Body(Anthropic, "[[reasoning=2;text=Done]]", stream: true));

        var deltas = events.FindAll(each => (string?)each["type"] == "content_block_delta").ConvertAll(each => (string?)each["delta"]!["type"]);
        deltas.ShouldBe(["thinking_delta", "thinking_delta", "signature_delta", "text_delta"]);
        var usage = events[^2]["usage"]!;
        ((int?)usage["output_tokens"]).ShouldBe(3);
        ((int?)usage["output_tokens_details"]!["thinking_tokens"]).ShouldBe(2);
    }

    [Fact]
    public async Task Input_leaves_out_what_the_cache_gave_and_got()
    {
        await using var session = await SimulatorSession.StartAsync();

        var usage = (await session.AnswerAsync(Anthropic, DialectCall.Body(Anthropic, "[[prompt_tokens=1000;cached_tokens=600;cache_write_tokens=100]]")))["usage"]!;

        ((int?)usage["input_tokens"]).ShouldBe(300);
        ((int?)usage["cache_read_input_tokens"]).ShouldBe(600);
        ((int?)usage["cache_creation_input_tokens"]).ShouldBe(100);
        ((int?)usage["cache_creation"]!["ephemeral_5m_input_tokens"]).ShouldBe(100);
    }

    [Theory]
    [InlineData("usage=none", new[] { false, false })]
    [InlineData("usage=last", new[] { false, true })]
    [InlineData("usage=zero", new[] { true, true })]
    public async Task Usage_can_be_missing_where_it_belongs(string directives, bool[] there)
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(Anthropic, DialectCall.Body(Anthropic, $"[[{directives}]]", stream: true));

        events[0]["message"]!.AsObject().ContainsKey("usage").ShouldBe(there[0]);
        events[^2].AsObject().ContainsKey("usage").ShouldBe(there[1]);
    }

    [Fact]
    public async Task Running_usage_grows_from_block_to_block()
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(Anthropic, DialectCall.Body(Anthropic, "[[usage=running;reasoning=4;tokens=6]]", stream: true));

        events.FindAll(each => (string?)each["type"] == "message_delta").ConvertAll(each => (int)each["usage"]!["output_tokens"]!).ShouldBe([4, 10, 10]);
    }

    [Theory]
    [InlineData("[[refusal]]", "refusal", "I cannot help with that.")]
    [InlineData("[[refusal=Not that one.]]", "refusal", "Not that one.")]
    [InlineData("[[finish_reason=pause_turn;text=Wait]]", "pause_turn", "Wait")]
    [InlineData("[[finish_reason=stop_sequence;text=Wait]]", "stop_sequence", "Wait")]
    public async Task Answer_ends_for_the_reason_asked_for(string directives, string reason, string text)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic, directives);
        body["stop_sequences"] = new JsonArray("END");

        var answer = await session.AnswerAsync(Anthropic, body);

        ((string?)answer["stop_reason"]).ShouldBe(reason);
        ((string?)answer["stop_sequence"]).ShouldBe(reason is "stop_sequence" ? "END" : null);
        ((string?)answer["content"]![0]!["text"]).ShouldBe(text);
    }

    [Fact]
    public async Task Maximum_cuts_the_answer()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic, "[[tokens=200]]");
        body["max_tokens"] = 5;

        var answer = await session.AnswerAsync(Anthropic, body);

        ((string?)answer["stop_reason"]).ShouldBe("max_tokens");
        ((int?)answer["usage"]!["output_tokens"]).ShouldBe(5);
    }

    [Theory]
    [InlineData("status=400", 400, "invalid_request_error")]
    [InlineData("status=401", 401, "authentication_error")]
    [InlineData("status=402", 402, "billing_error")]
    [InlineData("status=403", 403, "permission_error")]
    [InlineData("status=404", 404, "not_found_error")]
    [InlineData("status=413", 413, "request_too_large")]
    [InlineData("status=429", 429, "rate_limit_error")]
    [InlineData("status=500", 500, "api_error")]
    [InlineData("status=504", 504, "timeout_error")]
    [InlineData("status=529", 529, "overloaded_error")]
    [InlineData("status=529;code=other_error", 529, "other_error")]
    [InlineData("blocked", 400, "invalid_request_error")]
    public async Task Status_has_the_error_that_is_usual_for_it(string directives, int status, string type)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Anthropic, $"[[{directives}]]", stream: true);

        ((int)response.StatusCode).ShouldBe(status);
        ((string?)(await DialectCall.ErrorAsync(Anthropic, response))["type"]).ShouldBe(type);
    }

    [Fact]
    public async Task Stream_that_fails_says_so_in_an_event_of_that_name()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Anthropic, "[[stream_error=1]]", stream: true);

        (await response.Content.ReadAsStringAsync(Ct)).ShouldEndWith(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
    }

    [Theory]
    [InlineData("x-api-key", DialectCall.Key, "2023-06-01", 200)]
    [InlineData("Authorization", "Bearer " + DialectCall.Key, "2023-06-01", 200)]
    [InlineData("x-api-key", "wrong", "2023-06-01", 401)]
    [InlineData("x-other", "none", "2023-06-01", 401)]
    [InlineData("x-api-key", DialectCall.Key, null, 400)]
    [InlineData("x-api-key", DialectCall.Key, "2099-01-01", 400)]
    public async Task Key_and_version_are_wanted(string header, string value, string? version, int status)
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { ApiKey = DialectCall.Key });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(DialectCall.Body(Anthropic).ToJsonString()) };
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.TryAddWithoutValidation("anthropic-version", version);

        using var response = await session.Http.SendAsync(request, Ct);

        ((int)response.StatusCode).ShouldBe(status);
        if (status != 200)
        {
            ((string?)(await DialectCall.ErrorAsync(Anthropic, response))["type"]).ShouldBe(status == 401 ? "authentication_error" : "invalid_request_error");
        }
    }

    [Fact]
    public async Task Body_beyond_32_MB_is_too_large()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(Anthropic, new string(' ', (32 * 1024 * 1024) + 1));

        ((int)response.StatusCode).ShouldBe(413);
        ((string?)(await DialectCall.ErrorAsync(Anthropic, response))["type"]).ShouldBe("request_too_large");
    }

    [Theory]
    [InlineData(28, 28, 1)]
    [InlineData(29, 28, 2)]
    [InlineData(200, 200, 64)]
    [InlineData(1000, 1000, 1296)]
    [InlineData(1092, 1092, 1521)]
    [InlineData(1920, 1080, 1560)]
    [InlineData(8000, 8000, 1521)]
    public async Task Image_costs_a_token_for_each_28_pixels_squared(int width, int height, int tokens)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.AnswerAsync(Anthropic, WithImage(Pictures.Png(width, height)));

        ((int?)answer["usage"]!["input_tokens"]).ShouldBe(3 + 4 + 2 + tokens);
        ((string?)answer["content"]![0]!["text"]).ShouldBe("You asked 'Hello' and sent 1 image.");
    }

    [Fact]
    public async Task Tokens_are_counted_without_an_answer_and_without_a_maximum()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Anthropic);
        body.Remove("max_tokens");

        var counted = await session.AnswerAsync(Anthropic, body, CountTokens);

        counted.ToJsonString().ShouldBe("""{"input_tokens":9}""");
    }

    [Fact]
    public async Task Consecutive_messages_of_one_role_and_system_blocks_are_taken()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = JsonNode.Parse("""
            {"model":"claude-test","max_tokens":10,"system":[{"type":"text","text":"1234","cache_control":{"type":"ephemeral"}}],
             "metadata":{"user_id":"u"},"service_tier":"auto","stop_sequences":["END"],"top_k":5,"temperature":1,
             "messages":[{"role":"user","content":"1234"},{"role":"user","content":[{"type":"text","text":"1234"}]},{"role":"assistant","content":"And"}]}
            """)!.AsObject();

        var answer = await session.AnswerAsync(Anthropic, body);

        ((int?)answer["usage"]!["input_tokens"]).ShouldBe(3 + 5 + 5 + 5 + 5);
    }

    private static JsonObject WithImage(byte[] image)
    {
        var body = DialectCall.Body(Anthropic);
        body["messages"]![0]!["content"] = new JsonArray(
            new JsonObject { ["type"] = "text", ["text"] = "Hello" },
            new JsonObject
            {
                ["type"] = "image",
                ["source"] = new JsonObject { ["type"] = "base64", ["media_type"] = "image/png", ["data"] = Convert.ToBase64String(image) },
            });
        return body;
    }
}
