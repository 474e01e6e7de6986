using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Errors;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <content>Requests at once.</content>
public abstract partial class LimiterSuite
{
    [Fact]
    public async Task As_many_run_at_once_as_the_limit_says_however_much_time_passes()
    {
        var scopes = TenantScope(atOnce: 5);
        for (var i = 0; i < 5; i++)
        {
            await AdmitAsync(scopes);
        }

        var refusal = await RefuseAsync(scopes);

        refusal.Kind.ShouldBe(LimitKind.Concurrency);
        (refusal.Limit, refusal.Used, refusal.Requested, refusal.NeverFits).ShouldBe((5, 5, 1, false));
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        refusal.Levels.ShouldBe(default);
        var error = refusal.ToError("gpt-4o");
        error.Message.ShouldBe(
            "Rate limit reached for gpt-4o in tenant a on concurrent requests: Limit 5, Used 5, Requested 1. Please try again in 1s.");
        (error.Status, error.Type, error.Code, error.Retry, error.RetryAfter).ShouldBe((429, ErrorTypes.Requests, "rate_limit_exceeded", RetryAdvice.After, TimeSpan.FromSeconds(1)));
        Clock.Advance(TimeSpan.FromSeconds(59));
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task A_place_is_free_again_when_its_request_is_settled_cancelled_or_disposed()
    {
        var scopes = TenantScope(tokens: 1000, atOnce: 1);

        await (await AdmitAsync(scopes, tokens: 10)).SettleAsync(10, CancellationToken.None);
        await (await AdmitAsync(scopes, tokens: 10)).SettleAsync(0, CancellationToken.None);
        await using (await AdmitAsync(scopes, tokens: 10))
        {
            (await RefuseAsync(scopes, tokens: 10)).Kind.ShouldBe(LimitKind.Concurrency);
        }

        (await AdmitAsync(scopes)).Levels.Tokens!.Value.Remaining.ShouldBe(990);
        (await HeldAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_place_is_given_back_once_however_often_its_request_is_settled()
    {
        var scopes = TenantScope(atOnce: 2);
        var first = await AdmitAsync(scopes);
        await AdmitAsync(scopes);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => first.SettleAsync(0, CancellationToken.None).AsTask())));
        await first.DisposeAsync();

        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task What_another_limit_refuses_holds_no_place()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", atOnce: 5), Scope(LimitScopeKind.Tenant, "tenant:a", requests: 1, tokens: 100)];
        await (await AdmitAsync(scopes, tokens: 100)).DisposeAsync();

        (await RefuseAsync(scopes, tokens: 100)).Kind.ShouldBe(LimitKind.Requests);

        (await HeldAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_the_places_refuse_is_charged_to_no_bucket()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", requests: 10, tokens: 100), Scope(LimitScopeKind.TenantModel, "tenant:a:model:m", atOnce: 1)];
        await AdmitAsync(scopes, tokens: 10);

        var refusal = await RefuseAsync(scopes, tokens: 10);

        refusal.Scope.ShouldBe(scopes[1]);
        refusal.Levels.Requests!.Value.Remaining.ShouldBe(9);
        refusal.Levels.Tokens!.Value.Remaining.ShouldBe(90);
    }

    [Fact]
    public async Task Never_more_than_the_limit_run_at_once_under_load_from_two_nodes()
    {
        ImmutableArray<LimitScope> key = [Scope(LimitScopeKind.Key, "key:a", atOnce: 7), Scope(LimitScopeKind.Tenant, "tenant:a", atOnce: 9)];
        ImmutableArray<LimitScope> other = [Scope(LimitScopeKind.Key, "key:b", atOnce: 7), Scope(LimitScopeKind.Tenant, "tenant:a", atOnce: 9)];
        int running = 0, most = 0, admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 50; i++)
            {
                var outcome = await AdmitOrRefuseAsync(Node(worker % 2), worker % 4 < 2 ? key : other, 0);
                if (outcome.TryGet(out var reservation))
                {
                    Interlocked.Increment(ref admitted);
                    var now = Interlocked.Increment(ref running);
                    for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                    {
                        Interlocked.CompareExchange(ref most, now, seen);
                    }

                    for (var turn = random.Next(4); turn > 0; turn--)
                    {
                        await Task.Yield();
                    }

                    Interlocked.Decrement(ref running);
                    await reservation.DisposeAsync();
                }
            }
        })));

        most.ShouldBeInRange(1, 9);
        admitted.ShouldBeGreaterThan(9);
        (await HeldAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_peek_tells_that_all_places_are_taken()
    {
        var scopes = TenantScope(requests: 100, atOnce: 2);
        var first = await AdmitAsync(scopes);
        (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
        await AdmitAsync(scopes);

        Clock.Advance(TimeSpan.FromSeconds(30));
        (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldNotBeNull().Kind.ShouldBe(LimitKind.Concurrency);

        await first.DisposeAsync();
        (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
        await AdmitAsync(scopes);
    }

    [Fact]
    public async Task A_lowered_limit_lets_nobody_in_until_enough_have_gone()
    {
        var open = new[] { await AdmitAsync(TenantScope(atOnce: 3)), await AdmitAsync(TenantScope(atOnce: 3)), await AdmitAsync(TenantScope(atOnce: 3)) };

        (await RefuseAsync(TenantScope(atOnce: 1))).Used.ShouldBe(3);
        await open[0].DisposeAsync();
        await open[1].DisposeAsync();
        await RefuseAsync(TenantScope(atOnce: 1));
        await open[2].DisposeAsync();

        await AdmitAsync(TenantScope(atOnce: 1));
        await AdmitAsync(TenantScope(atOnce: 2));
    }

    [Fact]
    public async Task A_long_request_keeps_its_place()
    {
        var scopes = TenantScope(atOnce: 1);
        var reservation = await AdmitAsync(scopes);
        for (var i = 0; i < 180; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(20));
            await RenewAsync();
        }

        await RefuseAsync(scopes);

        await reservation.DisposeAsync();
        await RenewAsync();
        await AdmitAsync(scopes);
    }

    [Fact]
    public async Task Places_of_a_crashed_node_come_back_when_their_lease_ends()
    {
        var scopes = TenantScope(atOnce: 3);
        for (var i = 0; i < 3; i++)
        {
            (await AdmitOrRefuseAsync(Node(0), scopes, 0)).TryGet(out _).ShouldBeTrue();
        }

        Crash(0);
        if (Lease is { } lease)
        {
            Clock.Advance(lease - TimeSpan.FromMilliseconds(1));
            (await AdmitOrRefuseAsync(Node(1), scopes, 0)).Refusal.ShouldNotBeNull().Used.ShouldBe(3);
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        for (var i = 0; i < 3; i++)
        {
            (await AdmitOrRefuseAsync(Node(1), scopes, 0)).TryGet(out _).ShouldBeTrue();
        }

        (await HeldAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_wall_clock_set_back_takes_nobody_s_place_and_gives_none_away()
    {
        var scopes = TenantScope(atOnce: 1);
        var reservation = await AdmitAsync(scopes);

        Clock.SetBack(TimeSpan.FromHours(1));
        await RefuseAsync(scopes);
        await reservation.DisposeAsync();

        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task A_limit_out_of_range_is_brought_into_it()
    {
        var scopes = TenantScope(atOnce: 0);
        await AdmitAsync(scopes);

        (await RefuseAsync(scopes)).Limit.ShouldBe(1);
        (await RefuseAsync([.. scopes, Scope(LimitScopeKind.Key, "key:a", atOnce: long.MaxValue)])).Scope.ShouldBe(scopes[0]);
    }
}
