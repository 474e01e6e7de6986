using System.Net;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

public sealed class AzureTests
{
    private const SimulatorDialect Azure = SimulatorDialect.Azure;
    private const string V1 = "/openai/v1/chat/completions";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_is_OpenAIs_with_the_verdicts_of_the_filter()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Time = new FrozenTime() });

        var answer = await session.AnswerAsync(Azure, DialectCall.Body(Azure, "[[text=Good day.]]Hello"));

        answer.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"id":"chatcmpl-sim0000000000000001","object":"chat.completion","created":1735787045,"model":"gpt-4o",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Good day.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop",
               "content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},
                 "sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}],
             "usage":{"prompt_tokens":13,"completion_tokens":2,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
               "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},
             "prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},
               "self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},
               "violence":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false}}}],
             "service_tier":"default","system_fingerprint":"fp_simulator"}
            """)!.ToJsonString());
    }

    [Fact]
    public async Task Stream_begins_with_the_verdict_on_the_prompt_and_without_choices()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.EventsAsync(Azure, DialectCall.Body(Azure, "[[text=Good day.]]Hello", stream: true));

        chunks[0]["choices"]!.AsArray().ShouldBeEmpty();
        chunks[0]["prompt_filter_results"]!.AsArray().Count.ShouldBe(1);
        chunks[0]["id"]!.GetValue<string>().ShouldBeEmpty();
        var choices = chunks[1..].ConvertAll(chunk => chunk["choices"]![0]!);
        string.Concat(choices.Select(choice => (string?)choice["delta"]!["content"])).ShouldBe("Good day.");
        choices.Select(choice => choice["content_filter_results"]!.AsObject().Count).ShouldBe([0, 4, 4, 0]);
        ((string?)choices[^1]["finish_reason"]).ShouldBe("stop");
    }

    [Fact]
    public async Task Deployment_in_the_path_counts_and_may_carry_directives()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Azure);
        body["model"] = "something-else;status=500";

        var answer = await session.AnswerAsync(Azure, body, "/openai/deployments/my-gpt4o;tokens=3/chat/completions?api-version=2025-01-01-preview");

        ((string?)answer["model"]).ShouldBe("my-gpt4o");
        ((int?)answer["usage"]!["completion_tokens"]).ShouldBe(3);
    }

    [Fact]
    public async Task V1_takes_the_deployment_from_the_body_and_needs_no_version()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = DialectCall.Body(Azure);
        body["model"] = "my-gpt4o;tokens=3";

        var answer = await session.AnswerAsync(Azure, body, V1);

        ((string?)answer["model"]).ShouldBe("my-gpt4o");
        ((int?)answer["usage"]!["completion_tokens"]).ShouldBe(3);
    }

    [Theory]
    [InlineData("/openai/deployments/gpt-4o/chat/completions")]
    [InlineData("/openai/deployments/gpt-4o/chat/completions?api-version=latest")]
    [InlineData("/openai/deployments//chat/completions?api-version=2024-10-21")]
    [InlineData("/openai/deployments/gpt-4o/moderations?api-version=2024-10-21")]
    [InlineData("/openai/deployments/gpt-4o/embeddings")]
    [InlineData("/openai/v1/moderations")]
    [InlineData("/openai/v1")]
    public async Task Path_or_version_that_does_not_exist_is_not_found(string path)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(Azure, DialectCall.Body(Azure).ToJsonString(), path: path);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await DialectCall.ErrorAsync(Azure, response))["code"]).ShouldBe("404");
    }

    [Theory]
    [InlineData("api-key", DialectCall.Key, 200)]
    [InlineData("Authorization", "Bearer " + DialectCall.Key, 200)]
    [InlineData("api-key", "wrong", 401)]
    [InlineData("Authorization", DialectCall.Key, 401)]
    [InlineData("x-other", "none", 401)]
    public async Task Key_is_wanted_in_its_own_header(string header, string value, int status)
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { ApiKey = DialectCall.Key });
        using var request = new HttpRequestMessage(HttpMethod.Post, V1) { Content = new StringContent(DialectCall.Body(Azure).ToJsonString()) };
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await session.Http.SendAsync(request, Ct);

        ((int)response.StatusCode).ShouldBe(status);
        if (status == 401)
        {
            ((string?)(await DialectCall.ErrorAsync(Azure, response))["code"]).ShouldBe("401");
        }
    }

    [Theory]
    [InlineData("status=404", 404, "DeploymentNotFound")]
    [InlineData("status=429", 429, "429")]
    [InlineData("status=500", 500, "InternalServerError")]
    [InlineData("status=503;code=ServerBusy", 503, "ServerBusy")]
    [InlineData("status=400;code=context_length_exceeded", 400, "context_length_exceeded")]
    [InlineData("status=429;code=insufficient_quota", 429, "insufficient_quota")]
    public async Task Status_has_the_error_that_is_usual_for_it(string directives, int status, string code)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Azure, $"[[{directives}]]");

        ((int)response.StatusCode).ShouldBe(status);
        ((string?)(await DialectCall.ErrorAsync(Azure, response))["code"]).ShouldBe(code);
    }

    [Theory]
    [InlineData("status=429", "1", "1000")]
    [InlineData("status=429;retry_after_ms=250", null, "250")]
    [InlineData("status=503", null, null)]
    public async Task Throttling_tells_how_long_to_wait(string directives, string? seconds, string? milliseconds)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Azure, $"[[{directives}]]");

        Header(response, "retry-after").ShouldBe(seconds);
        Header(response, "retry-after-ms").ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("blocked")]
    [InlineData("status=400;code=content_filter")]
    public async Task Blocked_prompt_is_an_error_with_what_was_found(string directives)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(Azure, $"[[{directives}]]");

        ((int)response.StatusCode).ShouldBe(400);
        var error = await DialectCall.ErrorAsync(Azure, response);
        ((string?)error["code"]).ShouldBe("content_filter");
        ((string?)error["param"]).ShouldBe("prompt");
        ((int?)error["status"]).ShouldBe(400);
        ((string?)error["innererror"]!["code"]).ShouldBe("ResponsibleAIPolicyViolation");
        error["innererror"]!["content_filter_result"]!.AsObject().Count(category => (bool?)category.Value!["filtered"] == true).ShouldBe(1);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
