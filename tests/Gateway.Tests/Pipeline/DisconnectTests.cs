using System.Net;
using System.Net.Sockets;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Recording;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>
/// Clients that leave: what their tenant's policy makes of the upstream, and that each is billed once. Time stands still, so that a limit
/// shows to the token what was given back.
/// </summary>
public sealed class DisconnectTests : GatewayTest
{
    private const int Limit = 10_000_000;
    private static readonly RateLimits Limits = new() { TokensPerMinute = Limit };
    private readonly ManualClock _clock = new();
    private readonly RequestProbe _probe = new();

    protected override GatewayAppOptions Options => new()
    {
        Time = _clock,
        Services = _probe.Register,
        Catalog = address => TestCatalog.For(address, "{ \"connect\": \"2s\", \"first_byte\": \"3600s\", \"idle\": \"3600s\", \"total\": \"7200s\" }"),
    };

    [Fact]
    public async Task Drained_stream_is_billed_by_the_usage_at_its_end()
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse($"text={Words(40)};reasoning_tokens=500") with { Hold = release.Task, HoldAfter = 4 });
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(4, Timeout);
        }

        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource).ShouldBe((AnswerOutcome.ClientDisconnected, 200, UsageSource.Provider));
        (row.CompletionTokens, row.ReasoningTokens).ShouldBe((540, 500));
        row.Amount.NanoUsd.ShouldBe((row.PromptTokens * 2500) + (540 * 10_000));
        (await StateAsync()).ShouldBe(RequestState.Answered);
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Drained_answer_in_json_is_billed_by_its_usage()
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse($"text={Words(7)};reasoning_tokens=30") with { Hold = release.Task });

        await AskAndLeaveAsync(key, Body());
        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 499, UsageSource.Provider, 37));
        (await StateAsync()).ShouldBe(RequestState.Answered);
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Client_that_leaves_while_the_provider_thinks_is_drained_as_well()
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse($"text={Words(9)}") with { Hold = release.Task });

        await AskAndLeaveAsync(key, Body(stream: true));
        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 499, UsageSource.Provider, 9));
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Drained_stream_without_usage_is_counted()
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse($"no_usage;text={Words(40)}") with { Hold = release.Task, HoldAfter = 4 });
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(4, Timeout);
        }

        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 40));
        await ShouldHaveUsedAsync(key, row);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_ends_with_its_tokens(bool stream)
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse("endless") with { Hold = release.Task, HoldAfter = stream ? 4 : null });
        if (stream)
        {
            using var client = new LeavingClient(App, key);
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(4, Timeout);
        }
        else
        {
            await AskAndLeaveAsync(key, Body());
        }

        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted));

        // The bound of 4,096 is on the estimate, and is looked at between reads.
        row.CompletionTokens.ShouldBeInRange(3_500, 5_500);
        (await StateAsync()).ShouldBeOneOf(RequestState.ClientGone, RequestState.Cut);
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Client_that_leaves_while_it_is_waited_for_is_drained_as_well()
    {
        var key = await App.IssueKeyAsync(keyLimits: Limits);

        // More in one event than the sockets between take; the gateway writes none of it before it has all of it.
        App.Simulator.Script.Enqueue("big_event=30m;tokens=5");
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadCharactersAsync(100_000, Timeout);
        }

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Provider, 5));
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Drain_ends_with_its_time()
    {
        var key = await App.IssueKeyAsync(keyLimits: Limits);
        App.Simulator.Script.Enqueue($"hang_after=5;text={Words(9)}");
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(5, Timeout);
        }

        var row = await PassTimeAsync();
        (row.Outcome, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 5));
        row.LatencyMs.ShouldBeInRange(60_000, 61_000);
        (await StateAsync()).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Drain_before_the_first_byte_ends_with_its_time_and_owes_the_prompt()
    {
        var key = await App.IssueKeyAsync(keyLimits: Limits);
        App.Simulator.Script.Enqueue("hang");
        await AskAndLeaveAsync(key, Body());

        var row = await PassTimeAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 8, 0));
        row.LatencyMs.ShouldBeInRange(60_000, 61_000);
    }

    [Theory]
    [InlineData("status=500", 0, 0)]
    [InlineData("reset", 0, 0)]
    [InlineData("stream_error=0", 8, 0)]
    [InlineData("stream_error=3;text=one two three four", 8, 3)]
    public async Task Provider_that_fails_during_a_drain_earns_no_more_than_it_would_have_otherwise(string failure, long prompt, long completion)
    {
        var (key, release) = (await App.IssueKeyAsync(keyLimits: Limits), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse(failure) with { Hold = release.Task });

        await AskAndLeaveAsync(key, Body(stream: true));
        await ReleaseOnceNoticedAsync(release);

        var row = await OnlyRowAsync();
        row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
        (row.PromptTokens, row.CompletionTokens).ShouldBe((prompt, completion));
        row.Amount.ShouldBe(new Money((row.PromptTokens * 2500) + (completion * 10_000)));
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Cancelled_stream_is_stopped_at_once_and_counted()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel, keyLimits: Limits);
        App.Simulator.Script.Enqueue($"hang_after=25;text={Words(50)}");
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(25, Timeout);
        }

        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 8));
        row.CompletionTokens.ShouldBeInRange(23, 27);
        row.Amount.NanoUsd.ShouldBe((8 * 2500) + (row.CompletionTokens * 10_000));
        (await StateAsync()).ShouldBe(RequestState.ClientGone);
        await ShouldHaveUsedAsync(key, row);
    }

    [Fact]
    public async Task Cancelled_stream_without_a_tokenizer_is_estimated()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel);
        App.Simulator.Script.Enqueue("hang_after=4;text=one two three four five six");
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true, model: "gpt-4o"), Timeout);
            await client.ReadAsync(4, Timeout);
        }

        var row = await OnlyRowAsync();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((UsageSource.Estimated, 8, 4)); // "one two three four": 18 letters and spaces.
    }

    [Fact]
    public async Task Cancelled_answer_in_json_owes_its_prompt()
    {
        var key = await App.IssueKeyAsync(DisconnectPolicy.Cancel, keyLimits: Limits);
        App.Simulator.Script.Enqueue("hang");

        await AskAndLeaveAsync(key, Body());

        (await StateAsync()).ShouldBe(RequestState.ClientGone);
        var row = await OnlyRowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted, 8, 0));
        await ShouldHaveUsedAsync(key, row);
    }

    [Theory]
    [InlineData(DisconnectPolicy.Drain)]
    [InlineData(DisconnectPolicy.Cancel)]
    public async Task Client_gone_before_all_was_sent_owes_nothing(DisconnectPolicy policy)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await File.WriteAllTextAsync(App.CatalogPath, TestCatalog.For(new Uri($"http://{listener.LocalEndpoint}/v1"), "{ \"first_byte\": \"3600s\" }"), Timeout);
        App.ReloadCatalog();
        var key = await App.IssueKeyAsync(policy);

        // Larger than what the sockets between take, from a provider that reads nothing.
        var accepting = listener.AcceptTcpClientAsync(Timeout).AsTask();
        await AskAndLeaveAsync(key, ChatBody.Text(new string('x', 30_000_000), "counted"), accepting);
        using var provider = await accepting;

        var row = await OnlyRowAsync();
        (row.Outcome, row.PromptTokens, row.Amount).ShouldBe((AnswerOutcome.ClientDisconnected, 0, Money.Zero));
    }

    [Fact]
    public async Task Drain_may_end_while_the_gateway_stops()
    {
        var (key, release) = (await App.IssueKeyAsync(), new TaskCompletionSource());
        App.Simulator.Script.Enqueue(Behavior.Parse($"text={Words(9)}") with { Hold = release.Task });
        await AskAndLeaveAsync(key, Body());
        await _probe.NoticedAsync(Timeout);

        var stopping = App.Services.GetRequiredService<IHost>().StopAsync(Timeout);
        await StoppingAsync();
        release.SetResult();
        await stopping;

        (await RowsLeftBehindAsync()).ShouldBe(["client_disconnected provider 9"]);
    }

    [Fact]
    public async Task Forced_stop_settles_a_drain_as_cancelled()
    {
        var key = await App.IssueKeyAsync();
        App.Simulator.Script.Enqueue($"hang_after=6;text={Words(9)}");
        using (var client = new LeavingClient(App, key))
        {
            await client.AskAsync(Body(stream: true), Timeout);
            await client.ReadAsync(6, Timeout);
        }

        await _probe.NoticedAsync(Timeout);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        var stopping = App.Services.GetRequiredService<IHost>().StopAsync(patience.Token);
        await StoppingAsync();
        await patience.CancelAsync();
        try
        {
            await stopping;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // What a host says whose patience ended.
        }

        (await RowsLeftBehindAsync()).ShouldBe(["client_disconnected counted 6"]);
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("one two three four five", (count / 5) + 1).SelectMany(words => words.Split(' ')).Take(count));

    private static string Body(bool stream = false, string model = "counted") => ChatBody.Text("hello", model, stream, ",\"max_tokens\":20000");

    private Task AskAndLeaveAsync(string key, string body) => AskAndLeaveAsync(key, body, App.Simulator.Requests.WaitForAsync(1, Timeout));

    private async Task AskAndLeaveAsync(string key, string body, Task moment)
    {
        using var client = new LeavingClient(App, key);
        await client.AskAndLeaveAsync(body, moment, Timeout);
    }

    private async Task<RequestState> StateAsync() => await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed.WaitAsync(Timeout);

    private async Task<LedgerEntry> OnlyRowAsync() => (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();

    private async Task ReleaseOnceNoticedAsync(TaskCompletionSource release)
    {
        await _probe.NoticedAsync(Timeout);
        release.SetResult();
    }

    /// <summary>The drain's time, and the row that it ends with.</summary>
    private async Task<LedgerEntry> PassTimeAsync()
    {
        await _probe.NoticedAsync(Timeout);
        _clock.Advance(TimeSpan.FromSeconds(61));
        return await OnlyRowAsync();
    }

    /// <summary>What stands in the database of a gateway that has stopped.</summary>
    private async Task<IReadOnlyList<string>> RowsLeftBehindAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={App.DatabasePath};Pooling=False");
        await connection.OpenAsync(Timeout);
        await using var command = connection.CreateCommand();
        command.CommandText = "select outcome || ' ' || usage_source || ' ' || completion_tokens from ledger";
        await using var reader = await command.ExecuteReaderAsync(Timeout);
        var rows = new List<string>();
        while (await reader.ReadAsync(Timeout))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    /// <summary>The stop has come as far as the server.</summary>
    private async Task StoppingAsync()
    {
        // The host tells of its stopping once requests have ended; readiness fails at once.
        var readiness = App.Services.GetRequiredService<Readiness>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        while (!readiness.IsLeaving)
        {
            await timer.WaitForNextTickAsync(Timeout);
        }
    }

    /// <summary>Of what was reserved exactly what the row does not hold is back.</summary>
    private async Task ShouldHaveUsedAsync(string key, LedgerEntry row)
    {
        await _probe.EndedAsync(Timeout);
        using var next = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":100"), key);
        next.Header("x-ratelimit-remaining-tokens").ShouldBe($"{Limit - row.PromptTokens - row.CompletionTokens - 108}");
    }
}
