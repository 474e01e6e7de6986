using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Responses;

public sealed class ResponsesStreamTests : GatewayTest
{
    private const string Body = """{"model":"vision","input":"hello","stream":true}""";

    [Theory]
    [InlineData("text=one two three")]
    [InlineData("text=one two three;split=7")]
    [InlineData("text=one two three;crlf;empty_events")]
    [InlineData("text=one two three;cr;split=1")]
    [InlineData("text=one two three;reasoning=4")]
    public async Task Events_pass_as_they_are_and_the_last_waits_behind_its_cost(string script)
    {
        App.Simulator.Script.Enqueue(script + ";prompt_tokens=1000;completion_tokens=100;dated");

        using var response = await App.RespondAsync(Body);

        response.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream; charset=utf-8");
        var blocks = await response.BlocksAsync();
        blocks[^2].ShouldBe(": x-gateway-cost-usd=0.0035");
        var events = blocks.Where(block => block[0] != ':').Select(ResponsesCalls.Event).ToArray();
        events.ShouldAllBe(passed => passed.Name == (string?)passed.Data["type"]);
        events.Select(passed => (int)passed.Data["sequence_number"]!).ShouldBe(Enumerable.Range(0, events.Length));
        events[0].Name.ShouldBe("response.created");
        events[^1].Name.ShouldBe("response.completed");
        string.Concat(events.Where(passed => passed.Name == "response.output_text.delta").Select(passed => (string?)passed.Data["delta"])).ShouldBe("one two three");
        events.Where(passed => passed.Data["response"] is not null).ShouldAllBe(passed => (string?)passed.Data["response"]!["model"] == "vision");
        ((int)events[^1].Data["response"]!["usage"]!["input_tokens"]!).ShouldBe(1000);
        string.Concat(blocks).ShouldNotContain("[DONE]");

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Stream, row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((true, AnswerOutcome.Completed, UsageSource.Provider, 1000, 100));
        row.FirstTokenMs.ShouldNotBeNull();
    }

    [Fact]
    public async Task Arguments_of_calls_come_piece_by_piece()
    {
        App.Simulator.Script.Enqueue("tool=1;no_usage");

        using var response = await App.RespondAsync("""{"model":"counted","input":"hello","stream":true,"tools":[{"type":"function","name":"f"}]}""");

        var events = (await response.BlocksAsync()).Where(block => block[0] != ':').Select(ResponsesCalls.Event).ToArray();
        var arguments = string.Concat(events.Where(passed => passed.Name == "response.function_call_arguments.delta").Select(passed => (string?)passed.Data["delta"]));
        JsonNode.Parse(arguments)!["call"]!.GetValue<int>().ShouldBe(1);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.UsageSource.ShouldBe(UsageSource.Counted);
        row.CompletionTokens.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData("stream_error=2", "provider_error")]
    [InlineData("stream_error=2;code=rate_limit_exceeded", "rate_limit_exceeded")]
    [InlineData("no_done", "provider_unreachable")]
    [InlineData("truncated", "provider_unreachable")]
    [InlineData("cut=2", "provider_unreachable")]
    [InlineData("malformed=2", "provider_malformed_response")]
    [InlineData("finish_reason=failed;code=insufficient_quota", "provider_quota_exhausted")]
    public async Task Stream_that_breaks_ends_with_an_error_in_the_apis_own_form(string fault, string code)
    {
        App.Simulator.Script.Enqueue(fault + ";text=one two three four five");

        using var response = await App.RespondAsync("""{"model":"counted","input":"hello","stream":true}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var blocks = await response.BlocksAsync();
        var (name, data) = ResponsesCalls.Event(blocks[^1]);
        (name, (string?)data["type"], (string?)data["code"]).ShouldBe(("error", "error", code));
        data["message"].ShouldNotBeNull();
        data["sequence_number"].ShouldNotBeNull();
        blocks.ShouldNotContain(block => block.StartsWith("event: response.completed", StringComparison.Ordinal) || block.StartsWith("event: response.failed", StringComparison.Ordinal));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource).ShouldBe((AnswerOutcome.UpstreamFailed, UsageSource.Counted));
        row.CompletionTokens.ShouldBeInRange(2, 5);
    }

    [Fact]
    public async Task Failure_that_the_provider_tells_in_its_last_event_passes_and_is_no_answer()
    {
        App.Simulator.Script.Enqueue("finish_reason=failed;usage=null;text=one two three", "text=again");

        using var response = await App.RespondAsync("""{"model":"gpt-4-v","input":"hello","stream":true}""", idempotencyKey: "k");

        var (name, data) = ResponsesCalls.Event((await response.BlocksAsync())[^1]);
        (name, (string?)data["response"]!["error"]!["code"], (string?)data["response"]!["model"]).ShouldBe(("response.failed", "server_error", "gpt-4-v"));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.CompletionTokens, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, UsageSource.Counted, 3, Money.Zero));
    }

    [Fact]
    public async Task Failure_before_anything_came_costs_nothing()
    {
        App.Simulator.Script.Enqueue("stream_error=0");

        using var response = await App.RespondAsync("""{"model":"counted","input":"hello","stream":true}""");

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.PromptTokens, row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, 0, Money.Zero));
        ResponsesCalls.Event((await response.BlocksAsync())[^1]).Name.ShouldBe("error");
    }

    [Fact]
    public async Task Repeat_with_the_same_key_gets_the_same_bytes_and_is_charged_once()
    {
        using var first = await App.RespondAsync(Body, idempotencyKey: "k-1");
        using var again = await App.RespondAsync(Body, idempotencyKey: "k-1");

        var bytes = await first.Content.ReadAsStringAsync(Timeout);
        bytes.ShouldContain("event: response.completed");
        (await again.Content.ReadAsStringAsync(Timeout)).ShouldBe(bytes);
        (await App.RowsAsync()).ShouldHaveSingleItem();
        App.Simulator.Requests.Total.ShouldBe(1);
    }

    [Fact]
    public async Task Refusal_before_the_stream_is_no_stream()
    {
        App.Simulator.Script.Enqueue("status=400;code=content_filter");

        using var response = await App.RespondAsync(Body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("content_filter");
    }

    [Fact]
    public async Task Stream_without_usage_is_counted_by_what_came()
    {
        App.Simulator.Script.Enqueue("usage=null;text=one two three four");

        using var response = await App.RespondAsync("""{"model":"counted","input":"Hello, how are you?","stream":true}""");

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.Completed, UsageSource.Counted, 12, 4));
    }
}
