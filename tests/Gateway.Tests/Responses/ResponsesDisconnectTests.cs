using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Recording;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Responses;

public sealed class ResponsesDisconnectTests : GatewayTest
{
    private const string Stream = """{"model":"counted","input":"Hello, how are you?","stream":true}""";

    private readonly RequestProbe _probe = new();

    protected override GatewayAppOptions Options => new() { Services = _probe.Register };

    [Fact]
    public async Task Drained_stream_is_billed_by_the_usage_at_its_end()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five six;reasoning_tokens=500") with { Hold = release.Task, HoldAfter = 3 });
        using (var client = new LeavingClient(App, key, path: "/v1/responses"))
        {
            await client.AskAsync(Stream, Timeout);
            await client.ReadAsync(3, Timeout);
        }

        await _probe.NoticedAsync(Timeout);
        release.SetResult();
        await _probe.EndedAsync(Timeout);

        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.CompletionTokens, row.ReasoningTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Provider, 506, 500));
    }

    [Fact]
    public async Task Cancelled_stream_is_stopped_at_once_and_counted()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue("hang_after=4;text=one two three four five six");
        using (var client = new LeavingClient(App, key, path: "/v1/responses"))
        {
            await client.AskAsync(Stream, Timeout);
            await client.ReadAsync(4, Timeout);
        }

        await _probe.EndedAsync(Timeout);
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 12, 4));
        (await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed.WaitAsync(Timeout)).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Cancelled_answer_in_json_owes_its_prompt_and_what_came()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue("hang_after=0;text=" + string.Join(' ', Enumerable.Repeat("word", 2000)));
        using var client = new LeavingClient(App, key, path: "/v1/responses");
        var asked = App.Simulator.Requests.WaitForAsync(1, Timeout);

        await client.AskAndLeaveAsync(Stream.Replace(",\"stream\":true", "", StringComparison.Ordinal), asked, Timeout);

        await _probe.EndedAsync(Timeout);
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 12));
        row.CompletionTokens.ShouldBeInRange(0, 2000);
    }
}
