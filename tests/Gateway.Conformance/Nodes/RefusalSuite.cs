using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Nodes;

/// <summary>
/// A key that three nodes know as good, changed by the admin API of one of them or by the command line beside them: all three refuse it soon, each saying
/// why. How long each took, from the time in the change's audit row, is printed. A second is promised; a machine that has more to do than it can may take
/// longer, so the test fails at ten times that, and <c>KeyChangePollTests</c> holds what the promise rests on.
/// </summary>
public abstract class RefusalSuite(ThreeNodes nodes)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(20);

    private static readonly HttpClient Client = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Reasons => ["revoked", "expired", "over budget", "wrong model", "wrong address"];

    [Theory]
    [MemberData(nameof(Reasons))]
    public Task Key_that_one_node_ends_is_refused_by_all(string reason) => RefusedByAllAsync(reason, async (key, refusal) =>
    {
        using var request = new HttpRequestMessage(refusal.Method, new Uri(nodes.Nodes[0].BaseAddress, $"admin/v1/keys/{key.Id}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", nodes.Nodes[0].AdminKey);
        request.Content = refusal.Body is null ? null : new StringContent(refusal.Body, Encoding.UTF8, "application/json");
        using var answer = await Client.SendAsync(request, Ct);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Ct));
    });

    [Theory]
    [MemberData(nameof(Reasons))]
    public Task Key_that_the_command_line_ends_is_refused_by_all(string reason) => RefusedByAllAsync(
        reason, (key, refusal) => nodes.CommandAsync(["keys", refusal.Command[0], key.Id, .. refusal.Command[1..]]));

    private async Task RefusedByAllAsync(string reason, Func<GatewayKey, Refusal, Task> change)
    {
        nodes.Require();
        var key = await nodes.Admin.CreateKeyAsync(nodes.Tenant, reason, "{}", Ct);
        foreach (var node in nodes.Nodes)
        {
            (await AskAsync(node, key)).Status.ShouldBe(200);
        }

        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var watches = nodes.Nodes.Select(node => WatchAsync(node, key, stopped.Token)).ToList();
        Refusal refusal;
        DateTimeOffset expiry;
        try
        {
            (refusal, expiry) = await ChangeAsync(reason, key, change);
        }
        catch
        {
            await stopped.CancelAsync();
            throw;
        }

        var changedAt = reason == "expired" ? expiry : await ChangedAtAsync(key);
        stopped.CancelAfter(changedAt + Bound - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero);

        var refused = await Task.WhenAll(watches);

        foreach (var (at, status, body) in refused)
        {
            var error = JsonNode.Parse(body)!["error"]!;
            (status, (string?)error["code"]).ShouldBe((refusal.Status, refusal.Code), body);
            ((string)error["message"]!).ShouldContain(refusal.Says);
            at.ShouldBeGreaterThanOrEqualTo(changedAt.AddMilliseconds(-1), "refused before the change"); // Expiries are given in whole milliseconds.
        }

        var delays = refused.Select(answer => (answer.At - changedAt).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        TestContext.Current.TestOutputHelper!.WriteLine($"{GetType().Name}, {reason}: refused after {string.Join(", ", delays)} ms");
        foreach (var node in nodes.Nodes)
        {
            (await AskAsync(node, key)).Status.ShouldBe(refusal.Status, "and it stays so");
        }
    }

    /// <summary>Makes the change. On a machine so slow that an expiry has come before it is set, sets a later one.</summary>
    private static async Task<(Refusal Refusal, DateTimeOffset Expiry)> ChangeAsync(string reason, GatewayKey key, Func<GatewayKey, Refusal, Task> change)
    {
        for (var notice = Refusal.Notice; ; notice *= 2)
        {
            var expiry = TimeProvider.System.GetUtcNow() + notice;
            var refusal = Refusal.Of(reason, expiry);
            try
            {
                await change(key, refusal);
                return (refusal, expiry);
            }
            catch (Exception) when (reason == "expired" && notice < Refusal.LongestNotice && TimeProvider.System.GetUtcNow() >= expiry)
            {
                // It was no time in the future any more.
            }
        }
    }

    /// <summary>Asks a node until it refuses; when that answer was there, and what it was.</summary>
    private static async Task<(DateTimeOffset At, int Status, string Body)> WatchAsync(GatewayProcess node, GatewayKey key, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(AskEvery, TimeProvider.System);
        while (true)
        {
            var (status, body) = await AskAsync(node, key);
            if (status != 200)
            {
                return (TimeProvider.System.GetUtcNow(), status, body);
            }

            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException late) when (!Ct.IsCancellationRequested)
            {
                throw new TimeoutException($"{node.BaseAddress} still serves the key {Bound.TotalSeconds} s after the change.", late);
            }
        }
    }

    private static async Task<(int Status, string Body)> AskAsync(GatewayProcess node, GatewayKey key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.BaseAddress, "v1/chat/completions"))
        {
            Content = new StringContent(ChatBody.Text("hello", Offer.Chat), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);
        using var answer = await Client.SendAsync(request, Ct);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>When the key was changed last, as its audit row says.</summary>
    private async Task<DateTimeOffset> ChangedAtAsync(GatewayKey key)
    {
        var entry = (await nodes.Admin.AuditAsync(nodes.Tenant, Ct)).First(entry => (string?)entry["subject"] == key.Id);
        ((string?)entry["action"]).ShouldBeOneOf("key.update", "key.revoke");
        return DateTimeOffset.Parse((string)entry["at"]!, CultureInfo.InvariantCulture);
    }
}
