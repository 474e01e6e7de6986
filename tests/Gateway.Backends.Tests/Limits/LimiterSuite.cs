using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <summary>What every limiter must do, on a clock that stands still unless told otherwise.</summary>
public abstract partial class LimiterSuite
{
    private protected readonly ManualClock Clock = new();
    private protected readonly TenantId Tenant = new($"ten_{Guid.NewGuid():n}");

    private protected abstract ILimiter Limiter { get; }

    /// <summary>How long a lease is held that nobody renews; null where it ends with the process alone.</summary>
    private protected abstract TimeSpan? Lease { get; }

    /// <summary>One of two gateways that share the limits, if the backend shares them.</summary>
    private protected abstract ILimiter Node(int which);

    /// <summary>What each gateway does in the background every 20 seconds.</summary>
    private protected abstract Task RenewAsync();

    /// <summary>Ends a gateway on the spot and starts another in its place.</summary>
    private protected abstract void Crash(int which);

    /// <summary>Leases that are on record, of all scopes.</summary>
    private protected abstract Task<long> HeldAsync();

    [Fact]
    public async Task A_new_bucket_lets_its_whole_limit_through_at_once_and_no_more()
    {
        var scopes = TenantScope(requests: 3);
        for (var i = 0; i < 3; i++)
        {
            await AdmitAsync(scopes);
        }

        var refusal = await RefuseAsync(scopes);

        refusal.Kind.ShouldBe(LimitKind.Requests);
        refusal.Limit.ShouldBe(3);
        refusal.Used.ShouldBe(3);
        refusal.Requested.ShouldBe(1);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Refill_is_exact_to_the_millisecond()
    {
        var scopes = TenantScope(requests: 7);
        for (var i = 0; i < 7; i++)
        {
            await AdmitAsync(scopes);
        }

        var wait = (await RefuseAsync(scopes)).RetryAfter;
        wait.ShouldBe(TimeSpan.FromMilliseconds(8572)); // 60000 / 7 = 8571.4

        Clock.Advance(wait - TimeSpan.FromMilliseconds(1));
        (await RefuseAsync(scopes)).RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(1));

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task Refill_loses_no_fraction_to_frequent_use()
    {
        var scopes = TenantScope(tokens: 7);
        await AdmitAsync(scopes, tokens: 7);
        for (var i = 0; i < 599; i++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            await AdmitOrRefuseAsync(scopes, tokens: 7);
        }

        Clock.Advance(TimeSpan.FromMilliseconds(99));
        await RefuseAsync(scopes, tokens: 7);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await AdmitAsync(scopes, tokens: 7);
    }

    [Fact]
    public async Task A_bucket_never_holds_more_than_its_limit()
    {
        var scopes = TenantScope(requests: 2);
        await AdmitAsync(scopes);
        Clock.Advance(TimeSpan.FromDays(400));

        await AdmitAsync(scopes);
        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task What_one_scope_refuses_is_charged_to_none()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", requests: 10, tokens: 1000), Scope(LimitScopeKind.Tenant, "tenant:a", requests: 10, tokens: 100)];
        await AdmitAsync(scopes, tokens: 60);

        var refusal = await RefuseAsync(scopes, tokens: 60);

        refusal.Scope.ShouldBe(scopes[1]);
        refusal.Kind.ShouldBe(LimitKind.Tokens);
        var key = await AdmitAsync([scopes[0]], tokens: 0);
        key.Levels.Tokens!.Value.Remaining.ShouldBe(940);
        key.Levels.Requests!.Value.Remaining.ShouldBe(8);
        var tenant = await AdmitAsync([scopes[1]], tokens: 0);
        tenant.Levels.Tokens!.Value.Remaining.ShouldBe(40);
        tenant.Levels.Requests!.Value.Remaining.ShouldBe(8);
    }

    [Fact]
    public async Task Two_hundred_at_once_get_no_more_than_the_limit()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", requests: 100, tokens: 10_000), Scope(LimitScopeKind.Tenant, "tenant:a", requests: 90, tokens: 700)];

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => AdmitOrRefuseAsync(scopes, tokens: 10))));

        outcomes.Count(static outcome => outcome.TryGet(out _)).ShouldBe(70);
        outcomes.ShouldAllBe(static outcome => !outcome.IsUnavailable);
        (await AdmitAsync([scopes[0]], tokens: 0)).Levels.Tokens!.Value.Remaining.ShouldBe(9_300);
    }

    [Fact]
    public async Task A_request_larger_than_the_full_bucket_never_fits()
    {
        // The other bucket would have to be waited for longer; that there is no use in waiting comes first.
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", requests: 1), Scope(LimitScopeKind.Tenant, "tenant:a", tokens: 30_000)];
        await AdmitAsync([scopes[0]]);

        var refusal = await RefuseAsync(scopes, tokens: 39_143);

        refusal.NeverFits.ShouldBeTrue();
        refusal.Kind.ShouldBe(LimitKind.Tokens);
        refusal.Limit.ShouldBe(30_000);
        refusal.Requested.ShouldBe(39_143);
        refusal.ToError("gpt-4o").Message.ShouldBe(
            "Request too large for gpt-4o in tenant a on tokens per min (TPM): Limit 30000, Requested 39143. The input or output tokens must be reduced in order to run successfully.");
        await AdmitAsync([scopes[1]], tokens: 30_000);
    }

    [Fact]
    public async Task The_largest_numbers_there_are_do_not_wrap()
    {
        var scopes = TenantScope(tokens: long.MaxValue);
        (await RefuseAsync(scopes, tokens: long.MaxValue)).NeverFits.ShouldBeTrue();
        var reservation = await AdmitAsync(scopes, tokens: LimitScope.LargestLimit);
        await reservation.SettleAsync(long.MaxValue, CancellationToken.None);
        for (var i = 0; i < 100; i++)
        {
            await (await AdmitAsync(TenantScope(tokens: LimitScope.LargestLimit, id: "tenant:b"), tokens: 0)).SettleAsync(long.MaxValue, CancellationToken.None);
            Clock.Advance(TimeSpan.FromSeconds(60));
        }

        (await AdmitAsync(scopes, tokens: LimitScope.LargestLimit)).Levels.Tokens.ShouldBe(new LimitLevel(LimitScope.LargestLimit, 0, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Of_several_that_refuse_the_longest_wait_is_told()
    {
        ImmutableArray<LimitScope> scopes =
        [
            Scope(LimitScopeKind.Key, "key:a", requests: 60, tokens: 600),
            Scope(LimitScopeKind.Tenant, "tenant:a", requests: 2, tokens: 6000),
        ];
        await AdmitAsync(scopes, tokens: 600);
        await AdmitAsync([scopes[1]], tokens: 0);

        var refusal = await RefuseAsync(scopes, tokens: 60);

        (refusal.Scope, refusal.Kind).ShouldBe((scopes[1], LimitKind.Requests));
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_tightest_of_each_kind_is_reported()
    {
        ImmutableArray<LimitScope> scopes =
        [
            Scope(LimitScopeKind.Key, "key:a", requests: 20, tokens: 5000),
            Scope(LimitScopeKind.Tenant, "tenant:a", requests: 10, tokens: 9000),
            Scope(LimitScopeKind.TenantModel, "tenant:a:model:m", tokens: 8000),
        ];
        await AdmitAsync([scopes[2]], tokens: 4000);

        var levels = (await AdmitAsync(scopes, tokens: 1000)).Levels;

        levels.Requests.ShouldBe(new LimitLevel(10, 9, TimeSpan.FromSeconds(6)));
        levels.Tokens.ShouldBe(new LimitLevel(8000, 3000, TimeSpan.FromMilliseconds(37_500)));
    }

    [Theory]
    [InlineData(500, 120)]
    [InlineData(300, 200)]
    [InlineData(7, 8572)]
    public async Task Reset_of_requests_is_the_time_to_a_full_bucket(long limit, int resetMs)
    {
        var levels = (await AdmitAsync(TenantScope(requests: limit))).Levels;

        levels.Requests.ShouldBe(new LimitLevel(limit, limit - 1, TimeSpan.FromMilliseconds(resetMs)));
        levels.Tokens.ShouldBeNull();
    }

    [Fact]
    public async Task Reset_of_tokens_is_the_time_to_a_full_bucket()
    {
        var levels = (await AdmitAsync(TenantScope(tokens: 30_000), tokens: 4)).Levels;

        levels.Tokens.ShouldBe(new LimitLevel(30_000, 29_996, TimeSpan.FromMilliseconds(8)));
        levels.Requests.ShouldBeNull();
    }

    [Fact]
    public async Task The_first_tier_admits_nineteen_large_images_a_minute()
    {
        var scopes = TenantScope(requests: 300, tokens: 15_000);
        for (var i = 0; i < 19; i++)
        {
            await AdmitAsync(scopes, tokens: 765 + 12);
        }

        var refusal = await RefuseAsync(scopes, tokens: 765 + 12);

        refusal.Kind.ShouldBe(LimitKind.Tokens);
        refusal.Used.ShouldBe(19 * 777);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(((20 * 777) - 15_000) * 4));
        refusal.Levels.Requests!.Value.Remaining.ShouldBe(281);
    }

    [Fact]
    public async Task A_wall_clock_set_back_mints_nothing()
    {
        var scopes = TenantScope(requests: 60);
        for (var i = 0; i < 60; i++)
        {
            await AdmitAsync(scopes);
        }

        Clock.SetBack(TimeSpan.FromSeconds(30));
        await RefuseAsync(scopes);
        Clock.SetForward(TimeSpan.FromSeconds(30));
        await RefuseAsync(scopes);

        Clock.Advance(TimeSpan.FromSeconds(1));
        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task A_peek_tells_an_exhausted_caller_and_charges_nothing()
    {
        var scopes = TenantScope(requests: 2, tokens: 100);
        (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
        var reservation = await AdmitAsync(scopes, tokens: 100);

        var refusal = (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldNotBeNull();
        refusal.Kind.ShouldBe(LimitKind.Tokens);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(600));
        refusal.Levels.Requests!.Value.Remaining.ShouldBe(1);

        await reservation.SettleAsync(0, CancellationToken.None);
        (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
        (await AdmitAsync(scopes, tokens: 100)).Levels.Requests!.Value.Remaining.ShouldBe(0);
    }

    [Fact]
    public async Task Tenants_do_not_meet_even_under_the_same_scope_name()
    {
        var scopes = TenantScope(requests: 1);
        var other = new TenantId($"{Tenant}-other");
        await AdmitAsync(scopes);
        await RefuseAsync(scopes);

        (await Limiter.ReserveAsync(new ReservationTerms("req_other", other, scopes, 0), CancellationToken.None)).TryGet(out _).ShouldBeTrue();
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task Nobody_s_limits_cost_nothing()
    {
        foreach (var scopes in (ImmutableArray<LimitScope>[])[[], default, [Scope(LimitScopeKind.Key, "key:a")]])
        {
            var reservation = await AdmitAsync(scopes, tokens: 1_000_000);

            reservation.ShouldBeSameAs(Reservation.Unlimited);
            reservation.Levels.ShouldBe(default);
            await reservation.SettleAsync(5, CancellationToken.None);
            await reservation.DisposeAsync();
            (await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_long_random_schedule_goes_as_the_model_says(int seed)
    {
        var random = new Random(seed);
        var model = new ModelLimiter(Clock, Lease);
        var open = new List<(Reservation Real, ModelLimiter.Charge Model)>();
        ImmutableArray<LimitScope>[] callers = [Callers("a", 1), Callers("b", 1)];

        for (var step = 0; step < 1500; step++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(random.Next(4) * random.Next(500)));
            var scopes = callers[random.Next(2)];
            switch (random.Next(10))
            {
                case < 6:
                    var tokens = random.Next(10) == 0 ? random.Next(2500) : random.Next(200);
                    var real = await AdmitOrRefuseAsync(scopes, tokens);
                    var expected = model.Reserve(scopes, tokens);
                    Told(real).ShouldBe(expected.Told, $"step {step}");
                    if (real.TryGet(out var reservation))
                    {
                        open.Add((reservation, expected.Charge!));
                    }

                    break;
                case < 9 when open.Count > 0:
                    var which = random.Next(open.Count);
                    var used = random.Next(400);
                    await open[which].Real.SettleAsync(used, CancellationToken.None);
                    model.Settle(open[which].Model, used);
                    open.RemoveAt(which);
                    break;
                case 9 when random.Next(20) == 0:
                    var factor = random.Next(1, 4);
                    callers = [Callers("a", factor), Callers("b", factor)];
                    break;
                default:
                    var peeked = await Limiter.PeekAsync(Tenant, scopes, 1, CancellationToken.None);
                    (peeked is null).ShouldBe(model.Peek(scopes), $"step {step}");
                    break;
            }
        }

        ImmutableArray<LimitScope> Callers(string key, int factor) =>
        [
            Scope(LimitScopeKind.Key, $"key:{key}", requests: 70 * factor, tokens: 2000 * factor),
            Scope(LimitScopeKind.Tenant, "tenant:a", requests: 110 * factor, tokens: 3001 * factor),
        ];
    }

    private protected static LimitScope Scope(LimitScopeKind kind, string id, long? requests = null, long? tokens = null, long? atOnce = null) =>
        new(kind, id, requests, tokens, atOnce);

    private protected static ImmutableArray<LimitScope> TenantScope(long? requests = null, long? tokens = null, string id = "tenant:a", long? atOnce = null) =>
        [Scope(LimitScopeKind.Tenant, id, requests, tokens, atOnce)];

    private protected async Task<Reservation> AdmitAsync(ImmutableArray<LimitScope> scopes, long tokens = 0)
    {
        var outcome = await AdmitOrRefuseAsync(scopes, tokens);
        outcome.TryGet(out var reservation).ShouldBeTrue($"refused: {outcome.Refusal}");
        return reservation!;
    }

    private protected async Task<LimitRefusal> RefuseAsync(ImmutableArray<LimitScope> scopes, long tokens = 0) =>
        (await AdmitOrRefuseAsync(scopes, tokens)).Refusal.ShouldNotBeNull();

    private protected Task<ReserveOutcome> AdmitOrRefuseAsync(ImmutableArray<LimitScope> scopes, long tokens) => AdmitOrRefuseAsync(Limiter, scopes, tokens);

    private protected async Task<ReserveOutcome> AdmitOrRefuseAsync(ILimiter limiter, ImmutableArray<LimitScope> scopes, long tokens) =>
        await limiter.ReserveAsync(new ReservationTerms($"req_{Guid.NewGuid():n}", Tenant, scopes, tokens), CancellationToken.None);

    private static string Told(ReserveOutcome outcome) => outcome switch
    {
        { Refusal: { } refusal } => $"{refusal.Scope.Id} {refusal.Kind} used {refusal.Used} wait {(refusal.NeverFits ? "for ever" : refusal.RetryAfter)}",
        _ when outcome.TryGet(out var reservation) => $"{reservation.Levels.Requests!.Value.Remaining} {reservation.Levels.Tokens!.Value.Remaining}",
        _ => "unavailable",
    };
}
