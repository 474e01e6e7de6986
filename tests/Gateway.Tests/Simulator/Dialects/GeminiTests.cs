using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

public sealed class GeminiTests
{
    private const SimulatorDialect Gemini = SimulatorDialect.Gemini;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_has_the_form_of_generated_content()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.AnswerAsync(Gemini, DialectCall.Body(Gemini, "[[text=Good day.]]Hello"));

        answer.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"candidates":[{"content":{"parts":[{"text":"Good day."}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":13,"candidatesTokenCount":2,"totalTokenCount":15,"promptTokensDetails":[{"modality":"TEXT","tokenCount":13}]},
             "modelVersion":"gemini-test","responseId":"sim0000000000000001"}
            """)!.ToJsonString());
    }

    [Fact]
    public async Task Stream_is_whole_answers_with_their_usage_and_no_mark_at_the_end()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Gemini, "[[text=Good day.]]Hello", stream: true);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await response.Content.ReadAsStringAsync(Ct)).ShouldBe("""
            data: {"candidates":[{"content":{"parts":[{"text":"Good"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":13,"candidatesTokenCount":1,"totalTokenCount":14,"promptTokensDetails":[{"modality":"TEXT","tokenCount":13}]},"modelVersion":"gemini-test","responseId":"sim0000000000000001"}

            data: {"candidates":[{"content":{"parts":[{"text":" day."}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":13,"candidatesTokenCount":2,"totalTokenCount":15,"promptTokensDetails":[{"modality":"TEXT","tokenCount":13}]},"modelVersion":"gemini-test","responseId":"sim0000000000000001"}

            data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":13,"candidatesTokenCount":2,"totalTokenCount":15,"promptTokensDetails":[{"modality":"TEXT","tokenCount":13}]},"modelVersion":"gemini-test","responseId":"sim0000000000000001"}


            """.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public async Task Stream_without_events_is_a_list()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.AnswerAsync(Gemini, DialectCall.Body(Gemini), "/v1beta/models/gemini-test:streamGenerateContent");

        answer.AsArray().ShouldHaveSingleItem()!["candidates"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("gemini-test", false)]
    [InlineData("gemini-3-pro", true)]
    public async Task Calls_come_whole_and_are_those_of_the_json_answer(string model, bool signed)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, "[[tool=2]]").WithTools(Gemini, "describe", "look_up");

        var answer = await session.AnswerAsync(Gemini, body, DialectCall.Path(Gemini, model: model));
        var chunks = await session.EventsAsync(Gemini, body, DialectCall.Path(Gemini, stream: true, model));

        var calls = answer["candidates"]![0]!["content"]!["parts"]!.AsArray();
        calls.Select(part => (string?)part!["functionCall"]!["name"]).ShouldBe(["describe", "look_up"]);
        calls.Select(part => part!.AsObject().ContainsKey("thoughtSignature")).ShouldBe([signed, false]);
        calls.Select(part => part!["functionCall"]!.AsObject().ContainsKey("id")).ShouldBe([signed, signed]);
        chunks.Count.ShouldBe(3);
        for (var index = 0; index < 2; index++)
        {
            var streamed = chunks[index]["candidates"]![0]!["content"]!["parts"]![0]!["functionCall"]!;
            JsonNode.DeepEquals(streamed["args"], calls[index]!["functionCall"]!["args"]).ShouldBeTrue();
        }

        ((string?)chunks[2]["candidates"]![0]!["finishReason"]).ShouldBe("STOP");
    }

    [Theory]
    [InlineData("""{"mode":"ANY"}""", "", "describe")]
    [InlineData("""{"mode":"ANY","allowedFunctionNames":["look_up"]}""", "", "look_up")]
    [InlineData("""{"mode":"AUTO"}""", "", null)]
    [InlineData("""{"mode":"NONE"}""", "[[tool=3]]", null)]
    public async Task Calling_mode_is_heeded(string calling, string text, string? called)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, $"{text}What is there?").WithTools(Gemini, "describe", "look_up");
        body["tool_config"] = new JsonObject { ["function_calling_config"] = JsonNode.Parse(calling) };

        var answer = await session.AnswerAsync(Gemini, body);

        ((string?)answer["candidates"]![0]!["content"]!["parts"]![0]!["functionCall"]?["name"]).ShouldBe(called);
    }

    [Fact]
    public async Task Third_generation_wants_its_signature_back()
    {
        await using var session = await SimulatorSession.StartAsync();
        var path = DialectCall.Path(Gemini, model: "gemini-3-pro");
        var body = DialectCall.Body(Gemini, "[[tool]]Look").WithTools(Gemini, "look");
        var content = (await session.AnswerAsync(Gemini, body, path))["candidates"]![0]!["content"]!;
        body["contents"]!.AsArray().Add(content.DeepClone());
        body["contents"]!.AsArray().Add(JsonNode.Parse("""{"role":"user","parts":[{"functionResponse":{"name":"look","response":{"result":"A harbour."}}}]}"""));

        using var known = await session.SendAsync(Gemini, body.ToJsonString(), path: path);
        var part = body["contents"]![1]!["parts"]![0]!.AsObject();
        part["thoughtSignature"] = "Zm9yZ2Vk";
        using var forged = await session.SendAsync(Gemini, body.ToJsonString(), path: path);
        part["thoughtSignature"] = "skip_thought_signature_validator";
        using var skipped = await session.SendAsync(Gemini, body.ToJsonString(), path: path);
        part.Remove("thoughtSignature");
        using var without = await session.SendAsync(Gemini, body.ToJsonString(), path: path);
        using var elsewhere = await session.SendAsync(Gemini, body.ToJsonString());

        new[] { known, forged, skipped, without, elsewhere }.Select(response => (int)response.StatusCode).ShouldBe([200, 400, 200, 400, 200]);
        ((string?)(await DialectCall.ErrorAsync(Gemini, without))["message"]).ShouldNotBeNull().ShouldContain("thought_signature");
    }

    [Fact]
    public async Task Thoughts_are_parts_of_their_own_and_counted_apart()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, "[[text=Done]]");
        body["generationConfig"] = JsonNode.Parse("""{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":128}}""");

        var answer = await session.AnswerAsync(Gemini, body);
        var chunks = await session.EventsAsync(Gemini, body, DialectCall.Path(Gemini, stream: true));

        var parts = answer["candidates"]![0]!["content"]!["parts"]!.AsArray();
        parts.Select(part => (bool?)part!["thought"]).ShouldBe([true, null]);
        parts[1]!.AsObject().ShouldContainKey("thoughtSignature");
        var usage = answer["usageMetadata"]!;
        ((int?)usage["thoughtsTokenCount"]).ShouldBe(6);
        ((int?)usage["candidatesTokenCount"]).ShouldBe(1);
        ((int?)usage["totalTokenCount"]).ShouldBe((int)usage["promptTokenCount"]! + 7);
        chunks.Count(chunk => (bool?)chunk["candidates"]![0]!["content"]!["parts"]![0]!["thought"] == true).ShouldBe(6);
        JsonNode.DeepEquals(chunks[^1]["usageMetadata"], usage).ShouldBeTrue();
    }

    [Theory]
    [InlineData(384, 384, 258)]
    [InlineData(512, 512, 1032)]
    [InlineData(960, 540, 1548)]
    [InlineData(1920, 1080, 1548)]
    [InlineData(3840, 2160, 1548)]
    public async Task Image_costs_258_tokens_a_tile_and_is_told_apart(int width, int height, int tokens)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.AnswerAsync(Gemini, WithImage(Pictures.Png(width, height), "image/png"));

        ((int?)answer["usageMetadata"]!["promptTokenCount"]).ShouldBe(3 + 4 + 2 + tokens);
        answer["usageMetadata"]!["promptTokensDetails"]!.ToJsonString()
            .ShouldBe($$"""[{"modality":"TEXT","tokenCount":9},{"modality":"IMAGE","tokenCount":{{tokens}}}]""");
        ((string?)answer["candidates"]![0]!["content"]!["parts"]![0]!["text"]).ShouldBe("You asked 'Hello' and sent 1 image.");
    }

    [Fact]
    public async Task Low_resolution_costs_64_tokens()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = WithImage(Pictures.Png(3840, 2160), "image/png");
        body["generationConfig"] = new JsonObject { ["mediaResolution"] = "MEDIA_RESOLUTION_LOW" };

        ((int?)(await session.AnswerAsync(Gemini, body))["usageMetadata"]!["promptTokenCount"]).ShouldBe(9 + 64);
    }

    [Fact]
    public async Task Numbers_mean_the_same_as_elsewhere()
    {
        await using var session = await SimulatorSession.StartAsync();

        var usage = (await session.AnswerAsync(
            Gemini, DialectCall.Body(Gemini, "[[prompt_tokens=1000;cached_tokens=600;image_tokens=700;completion_tokens=50;reasoning_tokens=30]]")))["usageMetadata"]!;

        usage.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"promptTokenCount":1000,"candidatesTokenCount":20,"totalTokenCount":1050,"cachedContentTokenCount":600,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":300},{"modality":"IMAGE","tokenCount":700}],"thoughtsTokenCount":30}
            """)!.ToJsonString());
    }

    [Theory]
    [InlineData("usage=none", 0)]
    [InlineData("usage=last", 1)]
    [InlineData("", 3)]
    public async Task Usage_can_be_missing_where_it_belongs(string directives, int count)
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.EventsAsync(Gemini, DialectCall.Body(Gemini, $"[[tokens=2;{directives}]]"), DialectCall.Path(Gemini, stream: true));

        chunks.Count.ShouldBe(3);
        chunks.Count(chunk => chunk.AsObject().ContainsKey("usageMetadata")).ShouldBe(count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blocked_prompt_has_feedback_in_place_of_candidates(bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, "[[blocked]]");

        var answer = stream
            ? (await session.EventsAsync(Gemini, body, DialectCall.Path(Gemini, stream))).ShouldHaveSingleItem()
            : await session.AnswerAsync(Gemini, body);

        ((string?)answer["promptFeedback"]!["blockReason"]).ShouldBe("PROHIBITED_CONTENT");
        answer["candidates"].ShouldBeNull();
        ((int?)answer["usageMetadata"]!["candidatesTokenCount"]).ShouldBe(0);
    }

    [Theory]
    [InlineData("[[refusal]]", "SAFETY")]
    [InlineData("[[tokens=9000]]", "MAX_TOKENS")]
    [InlineData("[[finish_reason=RECITATION]]", "RECITATION")]
    public async Task Answer_ends_for_the_reason_asked_for(string directives, string reason)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, directives);
        body["generationConfig"] = new JsonObject { ["maxOutputTokens"] = 50 };

        ((string?)(await session.AnswerAsync(Gemini, body))["candidates"]![0]!["finishReason"]).ShouldBe(reason);
    }

    [Fact]
    public async Task Every_candidate_is_there_and_counted()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Gemini, "[[tokens=7]]");
        body["generationConfig"] = new JsonObject { ["candidateCount"] = 3 };

        var answer = await session.AnswerAsync(Gemini, body);
        var chunks = await session.EventsAsync(Gemini, body, DialectCall.Path(Gemini, stream: true));

        answer["candidates"]!.AsArray().Select(candidate => (int?)candidate!["index"]).ShouldBe([0, 1, 2]);
        ((int?)answer["usageMetadata"]!["candidatesTokenCount"]).ShouldBe(21);
        chunks.Count(chunk => chunk["candidates"]![0]!["finishReason"] is not null).ShouldBe(3);
        ((int?)chunks[^1]["usageMetadata"]!["candidatesTokenCount"]).ShouldBe(21);
    }

    [Theory]
    [InlineData("status=400", 400, "INVALID_ARGUMENT")]
    [InlineData("status=403", 403, "PERMISSION_DENIED")]
    [InlineData("status=404", 404, "NOT_FOUND")]
    [InlineData("status=429", 429, "RESOURCE_EXHAUSTED")]
    [InlineData("status=500", 500, "INTERNAL")]
    [InlineData("status=503", 503, "UNAVAILABLE")]
    [InlineData("status=504", 504, "DEADLINE_EXCEEDED")]
    [InlineData("status=400;code=FAILED_PRECONDITION", 400, "FAILED_PRECONDITION")]
    public async Task Status_has_the_error_that_is_usual_for_it(string directives, int status, string name)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Gemini, $"[[{directives}]]", stream: true);

        ((int)response.StatusCode).ShouldBe(status);
        ((string?)(await DialectCall.ErrorAsync(Gemini, response))["status"]).ShouldBe(name);
    }

    [Theory]
    [InlineData("status=429", "2s")]
    [InlineData("status=429;retry_after=37", "37s")]
    [InlineData("status=429;retry_after_ms=250", "0.25s")]
    public async Task Exhausted_quota_tells_in_its_details_when_to_come_again(string directives, string delay)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Gemini, $"[[{directives}]]");

        var details = (await DialectCall.ErrorAsync(Gemini, response))["details"]!.AsArray();
        ((string?)details.Single(detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.RetryInfo")!["retryDelay"]).ShouldBe(delay);
    }

    [Theory]
    [InlineData("x-goog-api-key", DialectCall.Key, "", 200, null)]
    [InlineData("x-other", "none", "?key=" + DialectCall.Key, 200, null)]
    [InlineData("x-goog-api-key", "wrong", "", 400, "INVALID_ARGUMENT")]
    [InlineData("x-other", "none", "", 403, "PERMISSION_DENIED")]
    public async Task Key_is_wanted_and_a_bad_one_is_a_bad_request(string header, string value, string query, int status, string? name)
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { ApiKey = DialectCall.Key });
        using var request = new HttpRequestMessage(HttpMethod.Post, DialectCall.Path(Gemini) + query) { Content = new StringContent(DialectCall.Body(Gemini).ToJsonString()) };
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await session.Http.SendAsync(request, Ct);

        ((int)response.StatusCode).ShouldBe(status);
        if (name is not null)
        {
            var error = await DialectCall.ErrorAsync(Gemini, response);
            ((string?)error["status"]).ShouldBe(name);
            ((string?)error["details"]?[0]!["reason"]).ShouldBe(status == 400 ? "API_KEY_INVALID" : null);
        }
    }

    [Fact]
    public async Task Tokens_are_counted_without_an_answer()
    {
        await using var session = await SimulatorSession.StartAsync();

        var counted = await session.AnswerAsync(Gemini, DialectCall.Body(Gemini), "/v1beta/models/gemini-test:countTokens");

        counted.ToJsonString().ShouldBe("""{"totalTokens":9,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}]}""");
    }

    private static JsonObject WithImage(byte[] image, string type)
    {
        var body = DialectCall.Body(Gemini);
        body["contents"]![0]!["parts"]!.AsArray().Add(new JsonObject
        {
            ["inline_data"] = new JsonObject { ["mime_type"] = type, ["data"] = Convert.ToBase64String(image) },
        });
        return body;
    }
}
