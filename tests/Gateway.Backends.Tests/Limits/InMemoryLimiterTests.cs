using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Limits;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

public sealed class InMemoryLimiterTests : LimiterSuite, IDisposable
{
    private InMemoryLimiter _limiter;

    public InMemoryLimiterTests() => _limiter = new InMemoryLimiter(Clock);

    private protected override ILimiter Limiter => _limiter;

    private protected override TimeSpan? Lease => null;

    public void Dispose() => _limiter.Dispose();

    private protected override ILimiter Node(int which) => _limiter;

    private protected override Task RenewAsync() => Task.CompletedTask;

    private protected override void Crash(int which)
    {
        _limiter.Dispose();
        _limiter = new InMemoryLimiter(Clock);
    }

    private protected override Task<long> HeldAsync() => Task.FromResult(_limiter.HeldLeases);

    [Fact]
    public async Task Full_buckets_are_dropped_and_others_kept()
    {
        ImmutableArray<LimitScope> idle = [Scope(LimitScopeKind.Key, "key:idle", requests: 60, tokens: 600)];
        ImmutableArray<LimitScope> busy = [Scope(LimitScopeKind.Key, "key:busy", tokens: 600)];
        await AdmitAsync(idle, tokens: 600);
        var reservation = await AdmitAsync(busy, tokens: 600);
        await reservation.SettleAsync(1200, CancellationToken.None);
        _limiter.BucketCount.ShouldBe(3);

        Clock.Advance(TimeSpan.FromSeconds(61));
        _limiter.BucketCount.ShouldBe(1);
        (await RefuseAsync(busy, tokens: 600)).Used.ShouldBe(590);

        Clock.Advance(TimeSpan.FromMinutes(2));
        _limiter.BucketCount.ShouldBe(0);
        (await AdmitAsync(busy, tokens: 600)).Levels.Tokens!.Value.Remaining.ShouldBe(0);
        (await AdmitAsync(idle, tokens: 0)).Levels.Requests!.Value.Remaining.ShouldBe(59);
        await RefuseAsync([.. busy], tokens: 1);
    }

    [Fact]
    public async Task Callers_that_outlive_a_dropped_bucket_meet_in_its_successor()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:idle", tokens: 600)];
        await AdmitAsync(scopes, tokens: 600);
        await (await AdmitAsync([Scope(LimitScopeKind.Key, "key:busy", tokens: 600)], tokens: 0)).SettleAsync(6000, CancellationToken.None);
        Clock.Advance(TimeSpan.FromSeconds(60));
        _limiter.BucketCount.ShouldBe(1);

        await AdmitAsync(scopes, tokens: 600);

        await RefuseAsync([.. scopes], tokens: 1);
    }

    [Fact]
    public async Task A_wall_clock_set_forth_refills_nothing()
    {
        var scopes = TenantScope(requests: 1);
        await AdmitAsync(scopes);

        Clock.SetForward(TimeSpan.FromHours(1));

        (await RefuseAsync(scopes)).RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_sweep_amid_reservations_lets_nobody_past_the_limit()
    {
        var scopes = TenantScope(requests: 50);
        var admitted = 0;
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(
                Task.Run(() => Clock.Advance(TimeSpan.FromMinutes(1))),
                Task.Run(async () =>
                {
                    for (var i = 0; i < 60; i++)
                    {
                        admitted += (await AdmitOrRefuseAsync([.. scopes], 0)).TryGet(out _) ? 1 : 0;
                    }
                }));
        }

        // Full at first, and refilled 20 times over at most.
        admitted.ShouldBeInRange(50, 50 * 21);
    }

    [Fact]
    public async Task A_reservation_allocates_itself_alone()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", 1_000_000, 1_000_000_000, 100), Scope(LimitScopeKind.Tenant, "tenant:a", 1_000_000, 1_000_000_000, 100)];
        var terms = new ReservationTerms("req_1", Tenant, scopes, 100);
        await RunAsync(1000);

        // Everything completes at once, on this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var running = RunAsync(1000);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        running.IsCompletedSuccessfully.ShouldBeTrue();
        (await running).ShouldBe(1000);
        (bytes / 1000).ShouldBeLessThan(200);

        async Task<int> RunAsync(int times)
        {
            var admitted = 0;
            for (var i = 0; i < times; i++)
            {
                var outcome = await _limiter.ReserveAsync(terms, CancellationToken.None);
                if (outcome.TryGet(out var reservation))
                {
                    admitted++;
                    await reservation.SettleAsync(50, CancellationToken.None);
                }
            }

            return admitted;
        }
    }
}
