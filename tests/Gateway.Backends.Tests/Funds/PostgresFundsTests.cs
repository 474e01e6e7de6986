using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Funds;

public sealed class PostgresFundsTests() : FundsSuite(Backend.Postgres)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Money Cents4 = new(40_000_000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_share_a_balance_to_the_cent()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Postgres);
        await using var first = await FundsNode.StartAsync(test);
        await using var second = await FundsNode.StartAsync(test);
        await using var third = await FundsNode.StartAsync(test);
        FundsNode[] nodes = [first, second, third];
        var tenant = await CreateAsync(first, 1_000_000_000);

        var admitted = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            i => nodes[i % 3].TrySpendAsync(Of(tenant, i % 5), Now, Cents4, Cents4)));

        admitted.Count(yes => yes).ShouldBe(25);
        (await first.DifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Holds_of_a_node_that_is_gone_end_with_their_lease_and_those_of_one_that_lives_are_renewed()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Postgres);
        await using var dead = await FundsNode.StartAsync(test);
        await using var alive = await FundsNode.StartAsync(test);
        var tenant = await CreateAsync(dead, 1_000_000_000);
        await dead.Funds.HoldAsync("req_dead", Of(tenant, 1).FundsAt(Now).Bounds, Cents4);
        await alive.Funds.HoldAsync("req_alive", Of(tenant, 1).FundsAt(Now).Bounds, Cents4);

        await alive.Shared!.RenewAndSweepAsync();
        (await alive.Funds.BalanceAsync(tenant, Ct)).Held.ShouldBe(Cents4 + Cents4);

        // A minute later, as far as the leases can tell.
        await alive.Database.WriteAsync(session => session.ExecuteAsync("update holds set expires_at = expires_at - 61000000", [], Ct), Ct);
        await alive.Shared.RenewAndSweepAsync();

        (await alive.Funds.BalanceAsync(tenant, Ct)).Held.ShouldBe(Cents4);
        (await alive.DifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hold_whose_lease_ran_out_in_an_outage_is_kept_until_its_node_had_time_to_renew_it()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Postgres);
        await using var waiting = await FundsNode.StartAsync(test);
        await using var other = await FundsNode.StartAsync(test);
        var tenant = await CreateAsync(waiting, 1_000_000_000);
        (await waiting.Funds.HoldAsync("req_spooled", Of(tenant, 1).FundsAt(Now).Bounds, Cents4)).TryGet(out var hold, out _).ShouldBeTrue();
        await hold!.EndAsync(HoldEnd.Spooled);
        await other.Database.WriteAsync(session => session.ExecuteAsync("update holds set expires_at = 0", [], Ct), Ct);

        other.Database.SawOutage();
        await other.Shared!.RenewAndSweepAsync();
        (await other.Funds.BalanceAsync(tenant, Ct)).Held.ShouldBe(Cents4);

        await waiting.Shared!.RenewAndSweepAsync();
        test.Clock.Advance(Database.SteadyAfter);
        await other.Shared.RenewAndSweepAsync();
        (await other.Funds.BalanceAsync(tenant, Ct)).Held.ShouldBe(Cents4);
    }

    [Fact]
    public async Task Row_of_a_request_whose_hold_was_swept_is_paid_all_the_same()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Postgres);
        await using var node = await FundsNode.StartAsync(test);
        var tenant = await CreateAsync(node, 1_000_000_000);
        var row = FundsNode.RowOf(Of(tenant, 1), Now, Cents4);
        (await node.Funds.HoldAsync(row.RequestId, Of(tenant, 1).FundsAt(Now).Bounds, Cents4)).TryGet(out var hold, out _).ShouldBeTrue();
        await node.Database.WriteAsync(session => session.ExecuteAsync("update holds set expires_at = 0", [], Ct), Ct);
        await using var other = await FundsNode.StartAsync(test);
        await other.Shared!.RenewAndSweepAsync();

        await node.Writer.CommitAsync(row, Ct);
        await hold!.EndAsync(HoldEnd.Committed);

        var state = await node.Funds.BalanceAsync(tenant, Ct);
        (state.Spent, state.Held).ShouldBe((Cents4, Money.Zero));
        (await node.DifferencesAsync()).ShouldBeEmpty();
    }

    private static async Task<TenantId> CreateAsync(FundsNode node, long credit)
    {
        var tenants = node.Tenants();
        var tenant = (await tenants.CreateAsync(new TenantDraft("t"), Actor.Gateway, Ct)).Id;
        await node.Store.CreditAsync(tenant, new Money(credit), "test", null, Actor.Gateway, Ct);
        return tenant;
    }

    private static Caller Of(TenantId tenant, int key) => new()
    {
        Tenant = tenant,
        Key = new KeyId($"key_{key:x32}"),
        Mode = BillingMode.Prepaid,
        TenantBudget = new Money(2_000_000_000),
        KeyBudget = new Money(2_000_000_000),
    };
}
