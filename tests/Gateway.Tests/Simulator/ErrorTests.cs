using System.Net;
using Gateway.Simulator.Behaviors;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("status=400", 400, "invalid_request_error", null)]
    [InlineData("status=400;code=context_length_exceeded", 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData("status=400;code=content_filter", 400, "invalid_request_error", "content_filter")]
    [InlineData("status=401", 401, "invalid_request_error", "invalid_api_key")]
    [InlineData("status=403", 403, "invalid_request_error", "permission_denied")]
    [InlineData("status=404", 404, "invalid_request_error", "model_not_found")]
    [InlineData("status=404;code=DeploymentNotFound", 404, "invalid_request_error", "DeploymentNotFound")]
    [InlineData("status=429", 429, "requests", "rate_limit_exceeded")]
    [InlineData("status=429;code=insufficient_quota", 429, "insufficient_quota", "insufficient_quota")]
    [InlineData("status=500", 500, "server_error", "server_error")]
    [InlineData("status=503", 503, "service_unavailable_error", "server_is_overloaded")]
    [InlineData("status=500;code=own_code", 500, "server_error", "own_code")]
    public async Task Status_has_the_error_that_is_usual_for_it(string directives, int status, string type, string? code)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body(model: $"gpt-4o;{directives}"));

        ((int)response.StatusCode).ShouldBe(status);
        var error = (await SimulatorSession.JsonAsync(response))["error"]!;
        error["type"]!.GetValue<string>().ShouldBe(type);
        error["code"]?.GetValue<string>().ShouldBe(code);
        error["message"]!.GetValue<string>().ShouldNotBeEmpty();
        error.AsObject().ShouldContainKey("param");
    }

    [Fact]
    public async Task Error_ahead_of_a_stream_is_json_with_its_status()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body("[[status=503;message=so sorry]]", stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await SimulatorSession.JsonAsync(response))["error"]!["message"]!.GetValue<string>().ShouldBe("so sorry");
    }

    [Fact]
    public async Task Retry_hints_are_sent_as_written()
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Enqueue(Behavior.Error(429, retryAfter: "-1") with { RetryAfterMs = "250.5" });

        using var response = await session.PostAsync(SimulatorSession.Body());

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.NonValidated["retry-after"].ToString().ShouldBe("-1");
        response.Headers.NonValidated["retry-after-ms"].ToString().ShouldBe("250.5");
    }

    [Theory]
    [InlineData("html", 502)]
    [InlineData("html;status=503", 503)]
    [InlineData("html;status=200", 200)]
    public async Task Html_page_stands_in_for_json(string directives, int status)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body($"[[{directives}]]"));

        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldStartWith("<html>");
    }

    [Theory]
    [InlineData("foreign_error", 401)]
    [InlineData("foreign_error=token_mismatched;status=403", 403)]
    public async Task Foreign_error_has_another_shape(string directives, int status)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body($"[[{directives}]]"));

        ((int)response.StatusCode).ShouldBe(status);
        var body = await SimulatorSession.JsonAsync(response);
        body["success"]!.GetValue<bool>().ShouldBeFalse();
        body["error"]!["code"]!.GetValue<string>().ShouldBe("token_mismatched");
        body["trace_id"]!.GetValue<string>().ShouldNotBeEmpty();
    }
}
