using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Dialects;

/// <summary>Clients that leave a translated answer: it is read on, or stopped, and billed once.</summary>
public sealed class AnthropicDisconnectTests : AnthropicTest
{
    private const string EventStream = "text/event-stream";
    private static readonly string Begun = AnthropicUpstream.Start + string.Concat(Enumerable.Repeat(AnthropicUpstream.Text("one two "), 4));

    [Fact]
    public async Task Drained_stream_is_billed_by_the_usage_at_its_end()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        Upstream.ThenHold(EventStream, Begun, release.Task, AnthropicUpstream.Text("more") + AnthropicUpstream.Finish);
        await AskAndLeaveAsync(key);

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 200, UsageSource.Provider, 1500, 40));
    }

    [Fact]
    public async Task Drained_answer_in_json_is_billed_by_its_usage()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        Upstream.ThenHold("application/json", AnthropicUpstream.Answer[..60], release.Task, AnthropicUpstream.Answer[60..]);
        await AskAndLeaveAsync(key, stream: false);

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 499, UsageSource.Provider, 1500, 40));
    }

    [Fact]
    public async Task Drained_stream_that_breaks_off_is_the_providers_failure()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        Upstream.ThenHold(EventStream, Begun, release.Task, "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"m\"}}\n\n");
        await AskAndLeaveAsync(key);

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.UpstreamFailed, UsageSource.Estimated, 1500, 7));
    }

    [Fact]
    public async Task Drain_ends_with_its_tokens()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        Upstream.ThenHold(EventStream, Begun, release.Task, string.Concat(Enumerable.Repeat(AnthropicUpstream.Text("one two three four "), 40_000)));
        await AskAndLeaveAsync(key);

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Estimated, 1500));
        row.CompletionTokens.ShouldBeInRange(3_500, 6_000);
        await Upstream.Calls.Single().Aborted.Task.WaitAsync(Timeout);
    }

    [Fact]
    public async Task Cancelled_stream_is_stopped_at_once_and_pays_for_what_came()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        Upstream.ThenHold(EventStream, Begun, Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, Timeout), "");
        await AskAndLeaveAsync(key);

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Estimated, 1500, 7));
        await Upstream.Calls.Single().Aborted.Task.WaitAsync(Timeout);
    }

    [Fact]
    public async Task Answer_in_json_that_outlasts_the_drain_is_estimated_by_its_beginning()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        var longer = string.Concat(Enumerable.Repeat("one two three four ", 40_000));
        Upstream.ThenHold("application/json", "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"one two", release.Task, " three\"},{\"type\":\"text\",\"text\":\"" + longer);
        await AskAndLeaveAsync(key, stream: false);

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 499, UsageSource.Estimated, 8));
        row.CompletionTokens.ShouldBeInRange(3_500, 8_000);
    }

    [Fact]
    public async Task Answer_that_its_client_did_not_wait_for_is_there_for_a_repeat()
    {
        var release = new TaskCompletionSource();
        Upstream.ThenHold(EventStream, Begun, release.Task, AnthropicUpstream.Finish);
        using (var client = new LeavingClient(App, App.Key, "key-1"))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(2, Timeout);
        }

        await Probe.NoticedAsync(Timeout);
        release.SetResult();
        await OnlyRowAsync();
        await Probe.EndedAsync(Timeout);

        using var repeat = await Idempotency.KeyedClient.AskAsync(App, "key-1", Body(stream: true));

        var events = await repeat.EventsAsync();
        Answers.TextOf(events).ShouldBe("one two one two one two one two ");
        events[^1].ShouldBe("[DONE]");
        Upstream.Calls.ShouldHaveSingleItem();
    }

    private async Task AskAndLeaveAsync(string key, bool stream = true)
    {
        using var client = new LeavingClient(App, key);
        if (stream)
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(4, Timeout);
        }
        else
        {
            // An answer in JSON shows nothing before its end: the provider has the request, and that is all there is to wait for.
            await client.AskAndLeaveAsync(Body(), Upstream.AskedAsync(Timeout), Timeout);
        }
    }

    private async Task<LedgerEntry> OnlyRowAsync() => (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
}
