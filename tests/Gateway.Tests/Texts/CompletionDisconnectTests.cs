using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Recording;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class CompletionDisconnectTests : TextsTest
{
    private const string Json = """{"model":"instruct","prompt":"hello world","max_tokens":4000}""";
    private const string Stream = """{"model":"instruct","prompt":"hello world","max_tokens":4000,"stream":true}""";

    [Fact]
    public async Task Drained_stream_is_billed_by_the_usage_at_its_end()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five six;prompt_tokens=70") with { Hold = release.Task, HoldAfter = 3 });
        using (var client = new LeavingClient(App, key, path: Completions))
        {
            await client.AskAsync(Stream, Timeout);
            await client.ReadAsync(3, Timeout);
        }

        await Probe.NoticedAsync(Timeout);
        release.SetResult();
        await Probe.EndedAsync(Timeout);

        var row = await RowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Provider, 70, 6));
        (await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed.WaitAsync(Timeout)).ShouldBe(RequestState.Answered);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"echo\":true")]
    public async Task Cancelled_stream_is_stopped_at_once_and_counted(string more)
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue("hang_after=4;text=one two three four five six");
        using (var client = new LeavingClient(App, key, path: Completions))
        {
            await client.AskAsync(Stream.Replace(",\"stream\"", $"{more},\"stream\"", StringComparison.Ordinal), Timeout);
            await client.ReadAsync(more.Length > 0 ? 5 : 4, Timeout);
        }

        await Probe.EndedAsync(Timeout);
        var row = await RowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 2, 4));
        (await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed.WaitAsync(Timeout)).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Cancelled_answer_in_json_owes_its_prompt_and_what_came()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue("hang_after=0;text=" + string.Join(' ', Enumerable.Repeat("word", 2000)));
        using var client = new LeavingClient(App, key, path: Completions);

        await client.AskAndLeaveAsync(Json, App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);

        await Probe.EndedAsync(Timeout);
        var row = await RowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 2));
        row.CompletionTokens.ShouldBeInRange(0, 2000);
    }

    [Fact]
    public async Task Endless_answer_without_a_reader_is_stopped_and_counted()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("endless") with { Hold = release.Task });
        using var client = new LeavingClient(App, App.Key, path: Completions);

        await client.AskAndLeaveAsync(Json, App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);
        await Probe.NoticedAsync(Timeout);
        release.SetResult();
        await Probe.EndedAsync(Timeout);

        var row = await RowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 2));
        row.CompletionTokens.ShouldBeInRange(3_500, 5_500);
    }
}
