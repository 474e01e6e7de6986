using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class StreamTests : GatewayTest
{
    [Fact]
    public async Task Usage_is_asked_for_upstream_and_hidden_from_a_client_that_did_not_ask()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = await response.EventsAsync();
        events[^1].ShouldBe("[DONE]");
        events.ShouldAllBe(data => !data.Contains("usage", StringComparison.Ordinal));
        foreach (var data in events.SkipLast(1))
        {
            var chunk = JsonNode.Parse(data)!;
            ((string?)chunk["model"]).ShouldBe("gpt-4o");
            chunk["choices"]!.AsArray().Count.ShouldBe(1);
        }

        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldStartWith("{\"stream_options\":{\"include_usage\":true},\"model\":\"gpt-4o-upstream\",");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.UsageSource.ShouldBe(UsageSource.Provider);
        row.Stream.ShouldBeTrue();
        row.FirstTokenMs.ShouldNotBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldEndWith($": x-gateway-cost-usd={row.Amount}\n\ndata: [DONE]\n\n");
    }

    [Theory]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", ",\"stream_options\":{\"include_usage\":true}", true)]
    [InlineData(",\"stream_options\":{\"include_usage\":false}", ",\"stream_options\":{\"include_usage\":true}", false)]
    [InlineData(",\"stream_options\":null", ",\"stream_options\":{\"include_usage\":true}", false)]
    [InlineData(",\"stream_options\":{}", ",\"stream_options\":{\"include_usage\":true}", false)]
    [InlineData(",\"stream_options\": { \"include_obfuscation\" : false }", ",\"stream_options\": {\"include_usage\":true, \"include_obfuscation\" : false }", false)]
    public async Task Stream_options_of_the_client_are_kept_and_completed(string sent, string received, bool shown)
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true, more: sent));

        var events = await response.EventsAsync();
        events.Any(data => data.Contains("\"prompt_tokens\"", StringComparison.Ordinal)).ShouldBe(shown);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldEndWith(received + "}");
        (await App.RowsAsync()).ShouldHaveSingleItem().UsageSource.ShouldBe(UsageSource.Provider);
    }

    [Theory]
    [InlineData("no_done")]
    [InlineData("crlf")]
    [InlineData("cr")]
    [InlineData("empty_events")]
    [InlineData("prompt_filter")]
    [InlineData("double_finish")]
    [InlineData("split=1")]
    [InlineData("split=7")]
    [InlineData("usage_on_last")]
    [InlineData("usage=running")]
    [InlineData("big_event=300000")]
    public async Task Oddities_of_providers_change_neither_text_nor_bill(string directive)
    {
        App.Simulator.Script.Enqueue($"{directive};prompt_tokens=50;tokens=5;completion_tokens=5");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        var events = await response.EventsAsync();
        events.Count(data => data == "[DONE]").ShouldBe(1);
        Answers.TextOf(events).Length.ShouldBeGreaterThan(5);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.Completed);
        row.UsageSource.ShouldBe(UsageSource.Provider);
        (row.PromptTokens, row.CompletionTokens).ShouldBe((50, 5));
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("id: ");
    }

    [Theory]
    [InlineData("no_usage")]
    [InlineData("usage=null")]
    [InlineData("usage=zero")]
    public async Task Stream_without_usage_is_estimated_from_what_was_seen(string directive)
    {
        App.Simulator.Script.Enqueue($"{directive};text=one two three four five six seven eight");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.CompletionTokens.ShouldBe(9); // 39 characters.
        row.Amount.NanoUsd.ShouldBe((row.PromptTokens * 2500) + (9 * 10_000));
    }

    [Fact]
    public async Task Events_go_on_as_they_come()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Held(release.Task, after: 2));

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true), completion: HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Timeout));
        var seen = new List<string>();
        while (seen.Count < 3)
        {
            if ((await reader.ReadLineAsync(Timeout))!.StartsWith("data: ", StringComparison.Ordinal))
            {
                seen.Add("event");
            }
        }

        (await App.RowsAsync()).ShouldBeEmpty();
        release.SetResult();
        (await reader.ReadToEndAsync(Timeout)).ShouldEndWith("data: [DONE]\n\n");
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Json_answer_to_a_stream_request_is_passed_on_as_json()
    {
        App.Simulator.Script.Enqueue("ignore_stream");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        response.Header("x-gateway-cost-usd").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("cut=3", "provider_unreachable")]
    [InlineData("cut=3;cut_body", "provider_unreachable")]
    [InlineData("stream_error=3", "provider_error")]
    [InlineData("malformed=3", "provider_malformed_response")]
    public async Task Failure_in_mid_stream_ends_with_an_error_event_and_bills_what_came(string directive, string code)
    {
        App.Simulator.Script.Enqueue(directive + ";tokens=20");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var events = await response.EventsAsync();
        events.ShouldNotContain("[DONE]");
        var error = JsonNode.Parse(events[^1])!;
        ((string?)error["error"]!["code"]).ShouldBe(code);
        ((string?)error["trace_id"]).ShouldNotBeNullOrEmpty();
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.CompletionTokens.ShouldBeInRange(1, 10);
        row.PromptTokens.ShouldBe(8);
    }
}
