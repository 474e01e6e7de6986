using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Idempotency;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Rows that wait for the database, and the money and the idempotency keys that go with them. A request to gpt-4-v costs four cents.</summary>
public sealed class SpooledMoneyTests : GatewayTest
{
    private static readonly string FourCents = ChatBody.Text("hello", model: "gpt-4-v");

    protected override GatewayAppOptions Options => new() { Settings = new Dictionary<string, string> { ["Gateway:Ledger:WhenDatabaseIsDown"] = "spool" } };

    [Fact]
    public async Task Money_of_a_spooled_row_stays_held_until_the_row_has_moved_it()
    {
        var (tenant, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, new Money(Money.NanoPerUsd));
        using var warm = await App.ChatAsync(FourCents, key);
        using var free = await App.ChatAsync(FourCents);
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("tokens=4") with { Hold = release.Task });
        var before = App.Simulator.Requests.Total;
        var asking = App.ChatAsync(FourCents, key);
        await UntilAsync(() => App.Simulator.Requests.Total > before);

        await using (await LockAsync())
        {
            release.SetResult();
            using var answer = await asking;
            using var unbound = await App.ChatAsync(FourCents);
            using var refused = await App.ChatAsync(FourCents, key);

            // In flight: answered. Bound by no money: admitted. By money of which nobody knows how much is left: not.
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            unbound.StatusCode.ShouldBe(HttpStatusCode.OK);
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("storage_unavailable");
            App.Services.GetRequiredService<LedgerWriter>().IsSpooling.ShouldBeTrue();
        }

        var funds = App.Services.GetRequiredService<IFunds>();
        await UntilAsync(async () => (await funds.BalanceAsync(tenant, Timeout)) is { Held.NanoUsd: 0, Spent.NanoUsd: 80_000_000 });
        (await App.RowsAsync(4, Timeout)).Count.ShouldBe(4);
        await UntilAsync(() => !App.Services.GetRequiredService<LedgerWriter>().IsSpooling);
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
        using var again = await App.ChatAsync(FourCents, key);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Idempotency_key_of_a_spooled_row_is_completed_with_it()
    {
        using var warm = await App.ChatAsync(FourCents);
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("tokens=4") with { Hold = release.Task });
        var before = App.Simulator.Requests.Total;
        var asking = App.AskAsync("once", FourCents);
        await UntilAsync(() => App.Simulator.Requests.Total > before);

        string first;
        await using (await LockAsync())
        {
            release.SetResult();
            using var answer = await asking;
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            first = await answer.Content.ReadAsStringAsync(Timeout);
        }

        await App.RowsAsync(2, Timeout);
        using var repeat = await App.AskAsync("once", FourCents);
        (await repeat.Content.ReadAsStringAsync(Timeout)).ShouldBe(first);
        repeat.Header("x-gateway-idempotent-replay").ShouldBe("true");
        (await App.RowsAsync()).Count.ShouldBe(2);
        App.Simulator.Requests.Total.ShouldBe(2);
    }

    private static async Task UntilAsync(Func<ValueTask<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Timeout);
        }
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => ValueTask.FromResult(condition()));

    /// <summary>Keeps the gateway from writing to its database until this is disposed.</summary>
    private async Task<SqliteConnection> LockAsync()
    {
        var connection = new SqliteConnection($"Data Source={App.DatabasePath};Pooling=False");
        await connection.OpenAsync(Timeout);
        await using var command = connection.CreateCommand();
        command.CommandText = "begin immediate";
        await command.ExecuteNonQueryAsync(Timeout);
        return connection;
    }
}
