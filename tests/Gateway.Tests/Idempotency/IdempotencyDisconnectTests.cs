using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Idempotency;

/// <summary>Clients that leave and ask again with the same key: whatever they get, they are charged once.</summary>
public sealed class IdempotencyDisconnectTests : GatewayTest
{
    private readonly RequestProbe _probe = new();

    protected override GatewayAppOptions Options => new() { Services = _probe.Register };

    [Fact]
    public async Task Answer_that_was_read_on_without_its_client_is_there_for_the_repeat()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three") with { Hold = release.Task });
        using (var client = new LeavingClient(App, App.Key, "k"))
        {
            await client.AskAndLeaveAsync(Body(stream: false), App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);
        }

        await EndAsync(release);
        using var repeat = await App.AskAsync("k", Body(stream: false));

        repeat.StatusCode.ShouldBe(HttpStatusCode.OK);
        repeat.Header("x-gateway-idempotent-replay").ShouldBe("true");
        ((string?)(await repeat.JsonAsync())["choices"]![0]!["message"]!["content"]).ShouldBe("one two three");
        await ShouldBeChargedOnceAsync(AnswerOutcome.ClientDisconnected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Stream_that_was_read_on_without_its_client_is_there_whole_for_the_repeat(int? holdAfter)
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five") with { Hold = release.Task, HoldAfter = holdAfter });
        using (var client = new LeavingClient(App, App.Key, "k"))
        {
            if (holdAfter is null)
            {
                await client.AskAndLeaveAsync(Body(stream: true), App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);
            }
            else
            {
                await client.AskAsync(Body(stream: true), Timeout);
                await client.ReadAsync(holdAfter.Value, Timeout);
            }
        }

        await EndAsync(release);
        using var repeat = await App.AskAsync("k", Body(stream: true));

        // The same as one that nobody left, but for the ids and times that the provider makes up.
        App.Simulator.Script.Enqueue("text=one two three four five");
        using var stayed = await App.ChatAsync(Body(stream: true));
        repeat.Header("content-type").ShouldBe("text/event-stream; charset=utf-8");
        repeat.Header("x-gateway-idempotent-replay").ShouldBe("true");
        var (events, expected) = (await repeat.EventsAsync(), await stayed.EventsAsync());
        Answers.TextOf(events).ShouldBe("one two three four five");
        events.Count.ShouldBe(expected.Count);
        events[^1].ShouldBe("[DONE]");
        (await repeat.Content.ReadAsStringAsync()).ShouldContain(": x-gateway-cost-usd=");
        (await App.RowsAsync())[1].Outcome.ShouldBe(AnswerOutcome.ClientDisconnected);
        (await App.RowsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Answer_that_is_stopped_behind_its_client_is_charged_once_and_not_replayed()
    {
        var release = new TaskCompletionSource();
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five") with { Hold = release.Task, HoldAfter = 2 });
        using (var client = new LeavingClient(App, key, "k"))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(2, Timeout);
        }

        await _probe.EndedAsync(Timeout);
        release.SetResult();
        using var repeat = await App.AskAsync("k", Body(stream: true), key);

        repeat.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await repeat.ErrorAsync())["code"]).ShouldBe("idempotency_not_replayable");
        await ShouldBeChargedOnceAsync(AnswerOutcome.ClientDisconnected);
    }

    private static string Body(bool stream) => ChatBody.Text("hello", "counted", stream, ",\"max_tokens\":900");

    private async Task EndAsync(TaskCompletionSource release)
    {
        await _probe.NoticedAsync(Timeout);
        release.SetResult();
        await _probe.EndedAsync(Timeout);
    }

    private async Task ShouldBeChargedOnceAsync(AnswerOutcome outcome)
    {
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(outcome);
        row.Amount.NanoUsd.ShouldBeGreaterThan(0);
        App.Simulator.Requests.Total.ShouldBe(1);
    }
}
