using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <summary>A Redis that is killed, hangs, or never was there.</summary>
public sealed class RedisOutageTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMilliseconds(250);
    private static readonly ImmutableArray<LimitScope> Scopes = [new LimitScope(LimitScopeKind.Tenant, "tenant:a", 100_000, 1000, null)];

    private readonly OutageLines _lines = new();

    [Fact]
    public async Task Killed_redis_makes_limits_unavailable_at_once_and_they_return_with_it()
    {
        RedisFixture.RequireInstalled();
        var ct = TestContext.Current.CancellationToken;
        await using var server = await RedisServer.StartNewAsync(ct);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        using var node = await StartedAsync(connection);
        var limiter = node.Limiter;
        var reservation = await AdmittedAsync(limiter);

        await server.KillAsync();
        for (var i = 0; i < 20; i++)
        {
            var outcome = await ReserveAsync(limiter).AsTask().WaitAsync(Hang, ct);
            outcome.IsUnavailable.ShouldBeTrue();
            outcome.ToError("m").ShouldBe(GatewayError.LimiterUnavailable());
        }

        await reservation.SettleAsync(1, ct).AsTask().WaitAsync(Hang, ct);
        _lines.All.ShouldHaveSingleItem().ShouldContain(server.Endpoint);

        await server.StartAsync(ct);
        await AdmittedAsync(limiter);
    }

    [Fact]
    public async Task Hanging_redis_is_waited_for_no_longer_than_the_timeout_and_what_it_still_ran_is_cancelled()
    {
        RedisFixture.RequireInstalled();
        var ct = TestContext.Current.CancellationToken;
        await using var server = await RedisServer.StartNewAsync(ct);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        using var node = await StartedAsync(connection);
        var limiter = node.Limiter;
        await AdmittedAsync(limiter);

        await server.PauseAsync();
        var began = TimeProvider.System.GetTimestamp();
        (await ReserveAsync(limiter, tokens: 900).AsTask().WaitAsync(Hang, ct)).IsUnavailable.ShouldBeTrue();
        TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThanOrEqualTo(CallTimeout - TimeSpan.FromMilliseconds(20));
        await server.ResumeAsync();

        // Answers come in the order of the calls: by this one's, the late reservation has run and so has its cancellation.
        var after = await AdmittedAsync(limiter);
        after.Levels.Tokens!.Value.Remaining.ShouldBe(1000);
        after.Levels.Requests!.Value.Remaining.ShouldBeLessThan(100_000);
        long left = (long)await connection.Current!.ExecuteAsync("EXISTS", "gw:{ten_1}:reservation:req_900");
        left.ShouldBe(0);
    }

    [Fact]
    public async Task A_caller_that_goes_away_amid_its_reservation_leaves_nothing_charged()
    {
        RedisFixture.RequireInstalled();
        var ct = TestContext.Current.CancellationToken;
        await using var server = await RedisServer.StartNewAsync(ct);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        using var node = await StartedAsync(connection, Hang);
        var limiter = node.Limiter;
        await AdmittedAsync(limiter);
        using var gone = new CancellationTokenSource();

        await server.PauseAsync();
        var pending = limiter.ReserveAsync(new ReservationTerms("req_gone", new TenantId("ten_1"), Scopes, 900), gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(pending.WaitAsync(Hang, ct));
        await server.ResumeAsync();

        (await AdmittedAsync(limiter)).Levels.Tokens!.Value.Remaining.ShouldBe(1000);
        _lines.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Redis_that_was_never_there_hinders_neither_start_nor_stop()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = RedisFixture.Connect("127.0.0.1:1");
        using var node = Node(connection);
        var limiter = node.Limiter;

        await node.Keeper.StartAsync(ct).WaitAsync(Hang, ct);
        (await ReserveAsync(limiter).AsTask().WaitAsync(Hang, ct)).IsUnavailable.ShouldBeTrue();
        (await limiter.PeekAsync(new TenantId("ten_1"), Scopes, 1, ct)).ShouldBeNull();

        await node.Keeper.StopAsync(ct).WaitAsync(Hang, ct);

        connection.IsConnected.ShouldBeFalse();
        node.Calls.Waits.ShouldBe(0);
        _lines.All.ShouldHaveSingleItem().ShouldStartWith("Error: Limits are not shared: Redis at 127.0.0.1:1 does not answer");
    }

    [Fact]
    public void A_peek_far_from_the_limits_asks_nobody()
    {
        using var node = Node(RedisFixture.Connect("127.0.0.1:1"));

        var peek = node.Limiter.PeekAsync(new TenantId("ten_1"), Scopes, 1, CancellationToken.None);

        peek.IsCompletedSuccessfully.ShouldBeTrue();
        _lines.All.ShouldBeEmpty();
    }

    [Fact]
    public void An_outage_is_told_twice_however_many_requests_it_meets()
    {
        var clock = new ManualClock();
        var outage = new RedisOutage("redis:6379", clock, _lines);
        for (var i = 0; i < 1000; i++)
        {
            outage.Failed(new TimeoutException("too slow"));
            outage.Answered();
            clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        outage.LostCorrection();
        clock.Advance(TimeSpan.FromSeconds(1));
        outage.Answered();
        outage.Answered();

        _lines.All.ShouldBe(
        [
            "Error: Limits are not shared: Redis at redis:6379 does not answer as it should (too slow). Until it does, requests go by limits.when_redis_is_down of the catalog.",
            "Information: Limits are shared again: Redis at redis:6379 answers after 00:00:11. 1000 calls failed, 1 settlements were lost; the refill makes up for them, and leases expire.",
        ]);
    }

    private RedisNode Node(RedisConnection connection, TimeSpan? timeout = null) =>
        new(connection, _lines, timeout ?? CallTimeout, policy: static () => RedisDownPolicy.Refuse);

    private async Task<RedisNode> StartedAsync(RedisConnection connection, TimeSpan? timeout = null)
    {
        await connection.DatabaseAsync();
        var node = Node(connection, timeout);
        await node.Keeper.StartAsync(CancellationToken.None);
        return node;
    }

    private static ValueTask<ReserveOutcome> ReserveAsync(SharedLimiter limiter, long tokens = 0) =>
        limiter.ReserveAsync(new ReservationTerms($"req_{tokens}", new TenantId("ten_1"), Scopes, tokens), CancellationToken.None);

    /// <summary>Asks until admitted, as clients do, for as long as a reconnect may take.</summary>
    private static async Task<Reservation> AdmittedAsync(SharedLimiter limiter)
    {
        using var deadline = new CancellationTokenSource(Hang, TimeProvider.System);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (true)
        {
            if ((await ReserveAsync(limiter)).TryGet(out var reservation))
            {
                return reservation;
            }

            await again.WaitForNextTickAsync(deadline.Token);
        }
    }
}
