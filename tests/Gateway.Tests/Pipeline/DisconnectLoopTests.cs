using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Many clients that leave at random points of streams: each is billed once, and for what it caused.</summary>
public sealed class DisconnectLoopTests : GatewayTest
{
    private const int AtOnce = 8;
    private const int Tolerance = 2;
    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    [Fact]
    public Task Sixty_clients_that_leave_are_each_billed_once() => RunAsync(60, seed: 20250601);

    /// <summary>Run by hand.</summary>
    [Fact(Explicit = true)]
    public Task Thousand_clients_that_leave_are_each_billed_once() => RunAsync(1000, seed: 7);

    private async Task RunAsync(int count, int seed)
    {
        var (drain, cancel) = (await App.IssueKeyAsync(), await App.IssueKeyAsync(DisconnectPolicy.Cancel));
        var random = new Random(seed);
        var plans = Enumerable.Range(0, count).Select(i => Departure.Draw(random, i % 2 == 0 ? DisconnectPolicy.Drain : DisconnectPolicy.Cancel)).ToArray();
        var left = new (string RequestId, Departure Plan)[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Timeout },
            async (i, ct) => left[i] = (await LeaveAsync(plans[i].Policy == DisconnectPolicy.Drain ? drain : cancel, plans[i], ct), plans[i]));

        var rows = (await App.RowsAsync(count, Timeout)).ToLookup(static row => row.RequestId);
        rows.Count.ShouldBe(count);
        foreach (var (requestId, plan) in left)
        {
            ShouldFit(rows[requestId].ShouldHaveSingleItem($"seed {seed}: {plan}"), plan, $"seed {seed}: {plan}");
        }

        // Some streams end before the gateway hears that their client has left.
        rows.Count(static row => row.Single().Outcome == AnswerOutcome.ClientDisconnected).ShouldBeGreaterThan(count / 2);
    }

    private static void ShouldFit(LedgerEntry row, Departure plan, string which)
    {
        if (plan.Policy == DisconnectPolicy.Drain)
        {
            (row.UsageSource, row.CompletionTokens, row.ReasoningTokens).ShouldBe((UsageSource.Provider, plan.Tokens + plan.Reasoning, plan.Reasoning), which);
            return;
        }

        (row.Outcome, row.UsageSource).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Counted), which);
        row.CompletionTokens.ShouldBeInRange(plan.ReadBefore - Tolerance, plan.ReadBefore + Tolerance, which);
    }

    private async Task<string> LeaveAsync(string key, Departure plan, CancellationToken ct)
    {
        using var client = new LeavingClient(App, key);
        await client.AskAsync(ChatBody.Text($"[[{plan.Directives}]]", "counted", stream: true), ct);
        await client.ReadAsync(plan.ReadBefore, ct);
        return client.RequestId;
    }

    /// <param name="Policy">Of the tenant.</param>
    /// <param name="Tokens">Of the whole answer, a word each.</param>
    /// <param name="ReadBefore">Those that the client waits for.</param>
    /// <param name="Reasoning">Hidden ones, which only the usage tells of.</param>
    private sealed record Departure(DisconnectPolicy Policy, int Tokens, int ReadBefore, int Reasoning)
    {
        // A stream to be cancelled stands still where its client leaves, so that it is certain how much was sent.
        public string Directives =>
            $"text={string.Join(' ', Enumerable.Range(0, Tokens).Select(i => Numbers[i % Numbers.Length]))};"
            + (Policy == DisconnectPolicy.Drain ? $"pace=1ms;reasoning_tokens={Reasoning}" : $"hang_after={ReadBefore}");

        public static Departure Draw(Random random, DisconnectPolicy policy)
        {
            var readBefore = random.Next(0, 60);
            return new Departure(policy, readBefore + random.Next(20, 80), readBefore, random.Next(0, 1000));
        }
    }
}
