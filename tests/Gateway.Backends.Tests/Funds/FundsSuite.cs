using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Funds;

/// <summary>Budgets and prepaid balances: never overspent, never leaked, and always what the rows say.</summary>
public abstract class FundsSuite(Backend backend) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 23, 59, 0, TimeSpan.Zero);
    private static readonly Money Cents4 = new(40_000_000);
    private static readonly Money Dollar = new(Money.NanoPerUsd);

    private TestDatabase _test = null!; // Set before a test runs.
    private FundsNode _node = null!;
    private TenantId _tenant;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateMigratedAsync(backend);
        _node = await FundsNode.StartAsync(_test);
        var tenants = _node.Tenants();
        _tenant = (await tenants.CreateAsync(new TenantDraft("t"), Actor.Gateway, Ct)).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _test.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Balance_of_a_dollar_pays_exactly_25_of_200_requests_at_four_cents_at_once()
    {
        await CreditAsync(Dollar);
        var caller = Prepaid();

        var admitted = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _node.TrySpendAsync(caller, Now, Cents4, Cents4)));

        admitted.Count(yes => yes).ShouldBe(25);
        (await BalanceAsync()).ShouldBe((Money.Zero, Money.Zero));
        (await _node.DifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hold_is_seen_in_the_balance_and_given_back_without_a_row()
    {
        await CreditAsync(Dollar);
        var (caller, quarters) = (Prepaid(), new Money(750_000_000));

        (await _node.Funds.HoldAsync("req_1", caller.FundsAt(Now).Bounds, quarters)).TryGet(out var hold, out _).ShouldBeTrue();
        (await BalanceAsync()).ShouldBe((Dollar, quarters));

        // Another fits beside what is spent, and not beside what is held: to be tried again.
        (await _node.Funds.HoldAsync("req_2", caller.FundsAt(Now).Bounds, quarters)).TryGet(out _, out var error).ShouldBeFalse();
        (error!.Status, error.Code, error.Retry).ShouldBe((429, "insufficient_quota", Core.Errors.RetryAdvice.After));

        await hold!.DisposeAsync();
        await hold.DisposeAsync();
        (await BalanceAsync()).ShouldBe((Dollar, Money.Zero));
        (await _node.Funds.HoldAsync("req_3", caller.FundsAt(Now).Bounds, quarters)).TryGet(out _, out _).ShouldBeTrue();
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Spent_balance_is_refused_for_good_until_credit_comes()
    {
        await CreditAsync(Cents4);
        var caller = Prepaid();
        (await _node.TrySpendAsync(caller, Now, Cents4, Cents4)).ShouldBeTrue();

        (await _node.Funds.HoldAsync("req_1", caller.FundsAt(Now).Bounds, Cents4)).TryGet(out _, out var error).ShouldBeFalse();
        (error!.Status, error.Type, error.Code, error.Retry).ShouldBe((429, "insufficient_quota", "insufficient_quota", Core.Errors.RetryAdvice.Never));
        (await _node.Funds.PeekAsync(caller.FundsAt(Now).Bounds, new Money(1), surely: false, Ct)).ShouldNotBeNull();

        await CreditAsync(Cents4);
        (await _node.Funds.PeekAsync(caller.FundsAt(Now).Bounds, Cents4, surely: true, Ct)).ShouldBeNull();
        (await _node.TrySpendAsync(caller, Now, Cents4, Cents4)).ShouldBeTrue();
    }

    [Fact]
    public async Task Row_may_cost_more_than_was_held_and_the_balance_goes_below_zero()
    {
        await CreditAsync(Dollar);
        (await _node.TrySpendAsync(Prepaid(), Now, Dollar, new Money(1_500_000_000))).ShouldBeTrue();

        (await BalanceAsync()).ShouldBe((new Money(-500_000_000), Money.Zero));
        (await _node.TrySpendAsync(Prepaid(), Now, new Money(1), new Money(1))).ShouldBeFalse();

        // What costs nothing needs no money.
        (await _node.TrySpendAsync(Prepaid(), Now, Money.Zero, Money.Zero)).ShouldBeTrue();
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Budget_of_a_month_counts_what_was_spent_before_it_was_set_and_ends_with_the_month()
    {
        var free = Caller(BillingMode.Postpaid, null, null);
        await _node.TrySpendAsync(free, Now, Cents4, Cents4);
        await _node.TrySpendAsync(free, Now.AddMonths(-1), Dollar, Dollar);
        var bound = Caller(BillingMode.Postpaid, null, new Money(80_000_000));

        (await _node.TrySpendAsync(bound, Now, Cents4, Cents4)).ShouldBeTrue();
        (await _node.TrySpendAsync(bound, Now, Cents4, Cents4)).ShouldBeFalse();
        (await _node.TrySpendAsync(bound, Now.AddMinutes(2), Cents4, Cents4)).ShouldBeTrue();

        (await _node.ReadAsync(FundsAccount.Of(bound.Key, FundsAccount.MonthOf(Now)))).Spent.ShouldBe(new Money(80_000_000));
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Tenants_budget_binds_all_its_keys_and_a_keys_budget_that_key()
    {
        var (first, second) = (Caller(BillingMode.Postpaid, Dollar, new Money(100_000_000), key: 1), Caller(BillingMode.Postpaid, Dollar, null, key: 2));

        (await CountAsync(first, 5)).ShouldBe(2);
        (await CountAsync(second, 40)).ShouldBe(23);
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Account_that_is_opened_while_rows_are_written_misses_none_and_counts_none_twice()
    {
        var (free, bound) = (Caller(BillingMode.Postpaid, null, null), Caller(BillingMode.Postpaid, new Money(long.MaxValue), new Money(long.MaxValue)));
        var other = backend == Backend.Postgres ? await FundsNode.StartAsync(_test) : _node;

        var writing = Enumerable.Range(0, 300).Select(i => (i % 2 == 0 ? _node : other).TrySpendAsync(free, Now, Money.Zero, new Money(i + 1))).ToArray();
        var opening = Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? _node : other).TrySpendAsync(bound, Now, new Money(1), new Money(1000))).ToArray();
        (await Task.WhenAll([.. writing, .. opening])).ShouldAllBe(yes => yes);

        (await _node.ReadAsync(FundsAccount.Of(_tenant, FundsAccount.MonthOf(Now)))).Spent.ShouldBe(new Money((300 * 301 / 2) + 20_000));
        await ShouldBeRightAsync();
        if (!ReferenceEquals(other, _node))
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Row_that_is_written_twice_is_paid_once()
    {
        await CreditAsync(Dollar);
        var row = FundsNode.RowOf(Prepaid(), Now, Cents4);
        (await _node.Funds.HoldAsync(row.RequestId, Prepaid().FundsAt(Now).Bounds, Cents4)).TryGet(out var hold, out _).ShouldBeTrue();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _node.Writer.CommitAsync(row, Ct).AsTask()));
        await hold!.EndAsync(HoldEnd.Committed);
        await _node.Writer.CommitAsync(row, Ct);

        (await BalanceAsync()).ShouldBe((Dollar - Cents4, Money.Zero));
        await ShouldBeRightAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Credits_that_come_to_more_than_can_be_kept_are_refused(int sign)
    {
        var most = new Money(sign * FundsStore.LargestCreditedUsd * Money.NanoPerUsd);
        (await _node.Store.CreditAsync(_tenant, most, "all there is", "k", Actor.Gateway, Ct)).Error.ShouldBeNull();

        var refusal = (await _node.Store.CreditAsync(_tenant, new Money(sign), "more", null, Actor.Gateway, Ct)).Error.ShouldNotBeNull();

        (refusal.Status, refusal.Param).ShouldBe((400, "amount"));
        (await _node.Store.CreditAsync(_tenant, most, "all there is", "k", Actor.Gateway, Ct)).Error.ShouldBeNull();
        (await _node.Store.ListCreditsAsync(_tenant, null, 10, Ct)).Items.ShouldHaveSingleItem().Amount.ShouldBe(most);
        (await BalanceAsync()).ShouldBe((most, Money.Zero));
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Credit_is_given_once_for_its_key_and_another_under_it_is_refused()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _node.Store.CreditAsync(_tenant, Dollar, "first", "k", Actor.Gateway, Ct)));

        given.Select(credit => credit.TryGet(out var one, out _) ? one.Id : null).Distinct().ShouldHaveSingleItem();
        (await _node.Store.CreditAsync(_tenant, Dollar + Dollar, "first", "k", Actor.Gateway, Ct)).Error!.Code.ShouldBe("idempotency_key_reused");
        await CreditAsync(-250_000_000);
        (await BalanceAsync()).ShouldBe((new Money(750_000_000), Money.Zero));
        (await _node.Store.ListCreditsAsync(_tenant, null, 10, Ct)).Items.Count.ShouldBe(2);
        await ShouldBeRightAsync();
    }

    [Fact]
    public async Task Refunds_give_back_no_more_than_there_was_however_many_ask_at_once()
    {
        await CreditAsync(Dollar);
        var row = FundsNode.RowOf(Prepaid(), Now, new Money(100_000_001));
        await _node.Writer.CommitAsync(row, Ct);

        var refunds = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _node.Refunds.RefundAsync(row.RequestId, Cents4, "too slow", Ct)));
        refunds.Count(refund => refund.TryGet(out var _, out _)).ShouldBe(2);
        (await _node.Refunds.RefundAsync(row.RequestId, null, null, Ct)).TryGet(out var last, out _).ShouldBeTrue();
        last!.Amount.ShouldBe(new Money(-20_000_001));
        (await _node.Refunds.RefundAsync(row.RequestId, null, null, Ct)).TryGet(out _, out var error).ShouldBeFalse();
        error!.Param.ShouldBe("amount");

        (await BalanceAsync()).ShouldBe((Dollar, Money.Zero));
        (await _node.Refunds.RefundAsync(last.RequestId, null, null, Ct)).TryGet(out _, out error).ShouldBeFalse();
        error!.Status.ShouldBe(404);
        await ShouldBeRightAsync();
    }

    [Theory]
    [InlineData("update accounts set spent_nano_usd = spent_nano_usd + 1 where month = 0", "balance spent: 0.040000001 stored, 0.04 computed")]
    [InlineData("update accounts set credited_nano_usd = 5 where month = 0", "balance credited: 0.000000005 stored, 1 computed")]
    [InlineData("update accounts set held_nano_usd = 7 where month <> 0", "2026-03 held: 0.000000007 stored, 0 computed")]
    [InlineData("delete from accounts where month = 0", "balance spent: 0 stored, 0.04 computed")]
    [InlineData("delete from credits", "balance credited: 1 stored, 0 computed")]
    public async Task Books_that_somebody_changed_are_found(string change, string expected)
    {
        await CreditAsync(Dollar);
        await _node.TrySpendAsync(Caller(BillingMode.Prepaid, Dollar, null), Now, Cents4, Cents4);
        await ShouldBeRightAsync();

        await _node.Database.WriteAsync(session => session.ExecuteAsync(change, [], Ct), Ct);

        (await _node.DifferencesAsync()).ShouldContain($"{_tenant} {expected}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_schedules_never_overspend_and_end_where_a_simple_account_does(int seed)
    {
        var random = new Random(seed);
        var caller = Caller(BillingMode.Prepaid, new Money(5_000), null);
        var (credited, spent, running) = (0L, 0L, new List<(Hold Hold, string Id, long Ceiling)>());
        for (var step = 0; step < 300; step++)
        {
            var held = running.Sum(one => one.Ceiling);
            switch (random.Next(10))
            {
                case 0:
                    var credit = random.Next(1, 800);
                    await CreditAsync(credit);
                    credited += credit;
                    break;
                case < 6:
                    var ceiling = random.Next(1, 200);
                    var row = FundsNode.RowOf(caller, Now, default);
                    var fits = Math.Min(credited, 5_000) - spent - held >= ceiling;
                    var got = (await HoldFreshAsync(row.RequestId, caller, new Money(ceiling))).TryGet(out var hold, out _);
                    got.ShouldBe(fits, $"step {step}: {credited} credited, {spent} spent, {held} held, {ceiling} asked");
                    if (got)
                    {
                        running.Add((hold!, row.RequestId, ceiling));
                    }

                    break;
                default:
                    if (running.Count > 0)
                    {
                        var i = random.Next(running.Count);
                        var (one, id, most) = running[i];
                        running.RemoveAt(i);
                        var isWritten = random.Next(3) > 0;
                        if (isWritten)
                        {
                            var cost = random.Next(0, (int)most + 1);
                            await _node.Writer.CommitAsync(FundsNode.RowOf(caller, Now, new Money(cost)) with { RequestId = id }, Ct);
                            spent += cost;
                        }

                        await one.EndAsync(isWritten ? HoldEnd.Committed : HoldEnd.GivenBack);
                    }

                    break;
            }
        }

        (await BalanceAsync()).ShouldBe((new Money(credited - spent), new Money(running.Sum(one => one.Ceiling))));
        await ShouldBeRightAsync();
    }

    /// <summary>A refusal from memory is checked against the database each 200 ms: credit that came since may take so long to be seen.</summary>
    private async Task<Core.Errors.Outcome<Hold>> HoldFreshAsync(string id, Caller caller, Money ceiling)
    {
        await _node.Funds.PeekAsync(caller.FundsAt(Now).Bounds, ceiling, surely: true, Ct);
        return await _node.Funds.HoldAsync(id, caller.FundsAt(Now).Bounds, ceiling);
    }

    private async Task<int> CountAsync(Caller caller, int requests)
    {
        var admitted = await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => _node.TrySpendAsync(caller, Now, Cents4, Cents4)));
        return admitted.Count(yes => yes);
    }

    private Task<Outcome<Credit>> CreditAsync(Money amount) => _node.Store.CreditAsync(_tenant, amount, "test", null, Actor.Gateway, Ct);

    private Task<Outcome<Credit>> CreditAsync(long nanoUsd) => CreditAsync(new Money(nanoUsd));

    private async Task<(Money Balance, Money Held)> BalanceAsync()
    {
        var state = await _node.Funds.BalanceAsync(_tenant, Ct);
        return (state.Credited - state.Spent, state.Held);
    }

    private async Task ShouldBeRightAsync() => (await _node.DifferencesAsync()).ShouldBeEmpty();

    private Caller Prepaid() => Caller(BillingMode.Prepaid, null, null);

    private Caller Caller(BillingMode mode, Money? tenantBudget, Money? keyBudget, int key = 1) => new()
    {
        Tenant = _tenant,
        Key = new KeyId($"key_{key:x32}"),
        Mode = mode,
        TenantBudget = tenantBudget,
        KeyBudget = keyBudget,
    };
}
