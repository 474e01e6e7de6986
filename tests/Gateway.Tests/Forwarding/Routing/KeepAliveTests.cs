using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Idempotency;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

public sealed class KeepAliveTests : GatewayTest
{
    private const string Comment = ": keep-alive";

    protected override GatewayAppOptions Options => new()
    {
        Settings = new Dictionary<string, string> { ["Gateway:KeepAlive:FirstAfterMs"] = "200", ["Gateway:KeepAlive:IntervalMs"] = "100" },
        Catalog = simulator => RoutingCatalog.For(
            simulator,
            $$"""
            "slow": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "a", "model": "x" }], "timeouts": { "first_byte": "20s" } },
            "stuck": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "a", "model": "y" }], "timeouts": { "first_byte": "900ms" } },
            "moved": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "a", "model": "m;hang" }, { "provider": "b", "model": "z", "priority": 1 }], "timeouts": { "first_byte": "900ms" } },
            """),
    };

    [Theory]
    [InlineData("first_byte=900ms;text=one two")]
    [InlineData("first_token=900ms;text=one two")]
    public async Task Waiting_stream_gets_comments_and_then_its_answer(string directives)
    {
        App.Simulator.Script.Enqueue(directives);

        using var response = await App.ChatAsync(ChatBody.Text("hello", "slow", stream: true));

        var text = await response.Content.ReadAsStringAsync(Timeout);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        text.Split("\n\n").ShouldContain(Comment);
        Answers.TextOf(await response.EventsAsync()).ShouldBe("one two");
        text.ShouldEndWith("data: [DONE]\n\n");
        response.Header("x-request-id").ShouldNotBeNull();
        (await App.RowsAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.Completed);
    }

    [Fact]
    public async Task Pause_between_events_gets_comments_between_them()
    {
        App.Simulator.Script.Enqueue("text=one two three;pace=400ms");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "slow", stream: true));

        var parts = (await response.Content.ReadAsStringAsync(Timeout)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        parts.ShouldAllBe(part => part == Comment || part.StartsWith("data: ", StringComparison.Ordinal) || part.StartsWith(": x-gateway-cost-usd=", StringComparison.Ordinal));
        parts.SkipWhile(part => part == Comment).ShouldContain(Comment);
        Answers.TextOf(await response.EventsAsync()).ShouldBe("one two three");
    }

    [Fact]
    public async Task Failure_after_a_comment_is_an_event()
    {
        App.Simulator.Script.Enqueue("hang");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "stuck", stream: true));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)JsonNode.Parse((await response.EventsAsync()).ShouldHaveSingleItem())!["error"]!["code"]).ShouldBe("provider_timeout");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Status, row.Amount.NanoUsd).ShouldBe((AnswerOutcome.TimedOut, 200, 0));
    }

    [Fact]
    public async Task Another_deployment_takes_over_after_a_comment()
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", "moved", stream: true));

        (await response.Content.ReadAsStringAsync(Timeout)).ShouldStartWith(Comment);
        (await response.EventsAsync())[^1].ShouldBe("[DONE]");
        response.Header("x-gateway-provider").ShouldBeNull();
        (await App.RowsAsync()).ShouldHaveSingleItem().Provider.ShouldBe("b");
    }

    [Fact]
    public async Task Whole_answer_to_a_stream_that_began_is_refused_as_an_event()
    {
        App.Simulator.Script.Enqueue("first_byte=900ms;ignore_stream");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "slow", stream: true));

        ((string?)JsonNode.Parse((await response.EventsAsync()).ShouldHaveSingleItem())!["error"]!["code"]).ShouldBe("provider_malformed_response");
        (await App.RowsAsync()).ShouldHaveSingleItem().Amount.NanoUsd.ShouldBe(0);
    }

    [Fact]
    public async Task Repeat_of_a_stream_gets_it_without_its_comments()
    {
        App.Simulator.Script.Enqueue("first_byte=900ms;text=one two three;pace=400ms");
        var body = ChatBody.Text("hello", "slow", stream: true);
        using var first = await App.AskAsync("painting", body);

        using var repeat = await App.AskAsync("painting", body);

        var sent = await first.Content.ReadAsStringAsync(Timeout);
        sent.Split(Comment).Length.ShouldBeGreaterThan(2, "Comments before the answer and within it.");
        repeat.Header("x-gateway-idempotent-replay").ShouldBe("true");
        (await repeat.Content.ReadAsStringAsync(Timeout)).ShouldBe(sent.Replace($"{Comment}\n\n", "", StringComparison.Ordinal));
        App.Simulator.Requests.Total.ShouldBe(1);
    }

    [Fact]
    public async Task Json_answer_is_waited_for_in_silence()
    {
        App.Simulator.Script.Enqueue("first_byte=700ms;text=one");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "slow"));

        (await response.Content.ReadAsStringAsync(Timeout)).ShouldStartWith("{");
    }

    [Fact]
    public async Task Client_that_leaves_among_comments_is_settled()
    {
        App.Simulator.Script.Enqueue("first_byte=900ms;text=one two");
        using (var client = new LeavingClient(App, App.Key))
        {
            // Headers come with the first comment.
            await client.AskAsync(ChatBody.Text("hello", "slow", stream: true), Timeout);
        }

        (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.ClientDisconnected);
    }
}
