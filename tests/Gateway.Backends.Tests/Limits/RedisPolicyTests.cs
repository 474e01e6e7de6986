using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <summary>What limits do while a Redis is killed or hangs, and what of it counts when it is back. Buckets refill only where a test says so.</summary>
public sealed class RedisPolicyTests : IAsyncLifetime
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);
    private static readonly TenantId Tenant = new("ten_1");

    private readonly OutageLines _lines = new();
    private readonly ManualClock _clock = new();
    private readonly ManualClock _keeperClock = new();
    private RedisServer? _server;
    private RedisDownPolicy _policy = RedisDownPolicy.LocalShare;
    private int _requests;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RedisFixture.RequireInstalled();
        _server = await RedisServer.StartNewAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Local_share_divides_each_limit_by_the_nodes_last_seen()
    {
        await using var connection = await ConnectAsync();
        using var one = await JoinAsync(connection);
        using var two = await JoinAsync(connection);
        await BeatAsync(one);
        one.Nodes.Value.ShouldBe(2);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 11, 1001, null), new(LimitScopeKind.Tenant, "tenant:a", null, null, 7)];

        await _server!.KillAsync();

        (await AdmittedOfAsync(one, [scopes[0]], 50)).ShouldBe(5);
        (await AdmittedOfAsync(two, [scopes[0]], 50)).ShouldBe(5);
        (await AdmittedOfAsync(one, [scopes[1]], 50)).ShouldBe(3);
        var refusal = (await ReserveAsync(two, [new(LimitScopeKind.Key, "key:b", 10, 1001, null)], tokens: 1002)).Refusal.ShouldNotBeNull();
        (refusal.NeverFits, refusal.Limit).ShouldBe((true, 1001));
        (await ReserveAsync(two, [new(LimitScopeKind.Key, "key:b", 10, 1001, null)], tokens: 501)).IsUnavailable.ShouldBeTrue();
        (await ReserveAsync(two, [new(LimitScopeKind.Key, "key:b", 10, 1001, null)], tokens: 500)).TryGet(out _).ShouldBeTrue();
        (await one.Limiter.PeekAsync(Tenant, [scopes[1]], 1, Ct)).ShouldNotBeNull().Kind.ShouldBe(LimitKind.Concurrency);
    }

    [Fact]
    public async Task What_was_left_in_redis_is_shared_and_not_a_fresh_minute()
    {
        await using var connection = await ConnectAsync();
        using var one = await JoinAsync(connection);
        using var two = await JoinAsync(connection);
        await BeatAsync(one);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 60, null, null)];
        (await AdmittedOfAsync(one, scopes, 50)).ShouldBe(50);
        await AdmittedAsync(two, scopes);

        await _server!.KillAsync();
        var (ofOne, ofTwo) = (await AdmittedOfAsync(one, scopes, 50), await AdmittedOfAsync(two, scopes, 50));
        _clock.Advance(TimeSpan.FromSeconds(10));
        var later = await AdmittedOfAsync(one, scopes, 50);

        (ofOne, ofTwo).ShouldBe((5, 4));
        later.ShouldBe(5);
        await BackAsync(one);
        await MendAsync(two);

        // The killed Redis has forgotten what was drawn from it before; what was drawn since is charged.
        (await AdmittedAsync(two, scopes)).Levels.Requests!.Value.Remaining.ShouldBe(60 - 5 - 4 - 5 - 1);
    }

    [Fact]
    public async Task A_limit_smaller_than_the_nodes_is_one_for_each()
    {
        await using var connection = await ConnectAsync();
        using var one = await JoinAsync(connection);
        using var two = await JoinAsync(connection);
        using var three = await JoinAsync(connection);
        three.Nodes.Value.ShouldBe(3);

        await _server!.KillAsync();

        (await AdmittedOfAsync(three, [new(LimitScopeKind.Key, "key:a", 2, null, 2)], 10)).ShouldBe(1);
    }

    [Theory]
    [InlineData(RedisDownPolicy.Refuse)]
    [InlineData(RedisDownPolicy.Admit)]
    public async Task Refuse_and_admit_do_so_whatever_the_limit(RedisDownPolicy policy)
    {
        _policy = policy;
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 2, 1000, 2)];

        await _server!.KillAsync();

        (await AdmittedOfAsync(node, scopes, 50)).ShouldBe(policy == RedisDownPolicy.Admit ? 50 : 0);
        (await node.Limiter.PeekAsync(Tenant, scopes, 1, Ct)).ShouldBeNull();
        var outcome = await ReserveAsync(node, scopes, tokens: 100_000);
        outcome.IsUnavailable.ShouldBe(policy == RedisDownPolicy.Refuse);
        outcome.TryGet(out var reservation).ShouldBe(policy == RedisDownPolicy.Admit);
        (reservation is null || ReferenceEquals(reservation, Reservation.Unlimited)).ShouldBeTrue();
        (await ReserveAsync(node, [], tokens: 5)).TryGet(out _).ShouldBeTrue();
        node.Local.BucketCount.ShouldBe(0);

        await BackAsync(node);
        (await AdmittedOfAsync(node, scopes, 50)).ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_request_waits_once_one_has_waited_in_vain(bool hanging)
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 1000, 1000, 1000)];
        (await ReserveAsync(node, scopes)).TryGet(out var before).ShouldBeTrue();
        var waits = node.Calls.Waits;

        await (hanging ? _server!.PauseAsync() : _server!.KillAsync());
        (await ReserveAsync(node, scopes)).TryGet(out _).ShouldBeTrue();

        for (var i = 0; i < 100; i++)
        {
            var reserving = ReserveAsync(node, scopes).AsTask();
            AtOnce(reserving);
            (await reserving).TryGet(out var reservation).ShouldBeTrue();
            AtOnce(reservation!.SettleAsync(0, Ct).AsTask());
            AtOnce(node.Limiter.PeekAsync(Tenant, scopes, 1, Ct).AsTask());
        }

        AtOnce(before!.SettleAsync(0, Ct).AsTask());
        node.Calls.Waits.ShouldBe(waits + 1);
        _lines.All.ShouldHaveSingleItem();
        node.Outage.IsDown.ShouldBeTrue();

        static void AtOnce(Task task) => task.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Charges_of_the_outage_count_when_redis_is_back_and_once()
    {
        await using var connection = await ConnectAsync();
        using var one = await JoinAsync(connection);
        using var two = await JoinAsync(connection);
        await BeatAsync(one);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 100, 10_000, null)];
        await _server!.KillAsync();
        for (var i = 0; i < 10; i++)
        {
            (await ReserveAsync(one, scopes, tokens: 300)).TryGet(out _).ShouldBeTrue();
            (await ReserveAsync(two, scopes, tokens: 100)).TryGet(out _).ShouldBeTrue();
        }

        await BackAsync(one);
        await MendAsync(two);
        await BeatAsync(one);
        await BeatAsync(two);

        var levels = (await AdmittedAsync(two, scopes)).Levels;
        levels.Requests!.Value.ShouldBe(new LimitLevel(100, 79, levels.Requests.Value.Reset));
        levels.Tokens!.Value.ShouldBe(new LimitLevel(10_000, 6_000, levels.Tokens.Value.Reset));
    }

    [Fact]
    public async Task What_refilled_during_the_outage_is_not_charged_after_it()
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", 60, null, null)];
        await _server!.KillAsync();
        for (var minute = 0; minute < 10; minute++)
        {
            (await AdmittedOfAsync(node, scopes, 70)).ShouldBe(60);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        (await AdmittedOfAsync(node, scopes, 30)).ShouldBe(30);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await BackAsync(node);

        (await AdmittedAsync(node, scopes)).Levels.Requests!.Value.Remaining.ShouldBe(39);
    }

    [Fact]
    public async Task A_reservation_made_in_the_outage_is_settled_where_it_was_made_and_the_difference_follows()
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", null, 1000, 1)];
        await _server!.KillAsync();
        (await ReserveAsync(node, scopes, tokens: 600)).TryGet(out var reservation).ShouldBeTrue();

        await BackAsync(node);
        (await ReserveAsync(node, scopes, tokens: 0)).Refusal.ShouldNotBeNull().Kind.ShouldBe(LimitKind.Concurrency);
        (await AdmittedAsync(node, [scopes[0] with { ConcurrentRequests = null }])).Levels.Tokens!.Value.Remaining.ShouldBe(400);
        await reservation!.SettleAsync(100, Ct);
        await reservation.SettleAsync(900, Ct);
        await BeatAsync(node);

        (await AdmittedAsync(node, scopes)).Levels.Tokens!.Value.Remaining.ShouldBe(900);
    }

    [Fact]
    public async Task A_reservation_made_in_redis_and_settled_in_the_outage_is_settled_there_when_it_is_back()
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", null, 1000, 1)];
        (await ReserveAsync(node, scopes, tokens: 900)).TryGet(out var reservation).ShouldBeTrue();

        await _server!.PauseAsync();
        await reservation!.SettleAsync(200, Ct);
        node.Calls.IsBroken.ShouldBeTrue();
        await _server.ResumeAsync();
        await MendAsync(node);

        (await AdmittedAsync(node, scopes)).Levels.Tokens!.Value.Remaining.ShouldBe(800);
    }

    [Fact]
    public async Task Requests_at_once_are_counted_through_the_outage()
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", null, null, 4)];
        var open = new List<Reservation>();
        for (var i = 0; i < 3; i++)
        {
            open.Add(await AdmittedAsync(node, scopes));
        }

        await _server!.KillAsync();
        (await AdmittedOfAsync(node, scopes, 10)).ShouldBe(1);
        await open[0].DisposeAsync();
        open.Add(await AdmittedAsync(node, scopes));
        (await ReserveAsync(node, scopes)).Refusal.ShouldNotBeNull().Used.ShouldBe(4);

        // Redis has forgotten them all, and learns of them before it is asked again.
        await BackAsync(node);
        (await ReserveAsync(node, scopes)).Refusal.ShouldNotBeNull().Used.ShouldBe(4);
        await open[1].DisposeAsync();
        await open[3].DisposeAsync();
        (await AdmittedOfAsync(node, scopes, 10)).ShouldBe(2);
    }

    [Fact]
    public async Task A_call_that_came_through_too_late_holds_nothing()
    {
        await using var connection = await ConnectAsync();
        using var node = await JoinAsync(connection);
        _policy = RedisDownPolicy.Refuse;
        ImmutableArray<LimitScope> scopes = [new(LimitScopeKind.Key, "key:a", null, 1000, 1)];
        await _server!.PauseAsync();
        (await ReserveAsync(node, scopes, tokens: 900)).IsUnavailable.ShouldBeTrue();
        node.Running.Count.ShouldBe(0);

        await _server.ResumeAsync();
        await MendAsync(node);

        (await AdmittedAsync(node, scopes)).Levels.Tokens!.Value.Remaining.ShouldBe(1000);
    }

    [Fact]
    public async Task A_node_that_leaves_is_no_longer_counted_after_a_while()
    {
        await using var connection = await ConnectAsync();
        using var one = await JoinAsync(connection);
        using var two = await JoinAsync(connection);
        await BeatAsync(one);
        await two.Keeper.StopAsync(Ct);
        await connection.Current!.PingAsync();

        await BeatAsync(one);
        one.Nodes.Value.ShouldBe(2);
        for (var i = 0; i < 3; i++)
        {
            await BeatAsync(one);
        }

        one.Nodes.Value.ShouldBe(1);
    }

    private async Task<RedisConnection> ConnectAsync()
    {
        var connection = RedisFixture.Connect(_server!.Endpoint);
        await connection.DatabaseAsync();
        return connection;
    }

    /// <summary>A gateway whose keeper does what is due when the test says so.</summary>
    private async Task<RedisNode> JoinAsync(RedisConnection connection)
    {
        var node = new RedisNode(connection, _lines, TimeSpan.FromMilliseconds(500), _clock, () => _policy, _keeperClock);
        await node.Redis.WarmUpAsync(Hang, Ct);
        await node.Keeper.TickAsync(Ct);
        node.Calls.IsBroken.ShouldBeFalse();
        return node;
    }

    private async Task BeatAsync(RedisNode node)
    {
        _keeperClock.Advance(TimeSpan.FromSeconds(5));
        await node.Keeper.TickAsync(Ct);
    }

    private async Task BackAsync(RedisNode node)
    {
        // Nobody may have asked it while it was away.
        await ReserveAsync(node, [new(LimitScopeKind.Key, "key:other", 1000, null, null)]);
        await _server!.StartAsync(Ct);
        await MendAsync(node);
    }

    /// <summary>Probes until Redis answers again, for as long as a reconnect may take.</summary>
    private static async Task MendAsync(RedisNode node)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Hang);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (node.Calls.IsBroken)
        {
            await node.Keeper.TickAsync(deadline.Token);
            await again.WaitForNextTickAsync(deadline.Token);
        }
    }

    private ValueTask<ReserveOutcome> ReserveAsync(RedisNode node, ImmutableArray<LimitScope> scopes, long tokens = 0) =>
        node.Limiter.ReserveAsync(new ReservationTerms($"req_{Interlocked.Increment(ref _requests)}", Tenant, scopes, tokens), Ct);

    private async Task<Reservation> AdmittedAsync(RedisNode node, ImmutableArray<LimitScope> scopes)
    {
        var outcome = await ReserveAsync(node, scopes);
        outcome.TryGet(out var reservation).ShouldBeTrue($"{outcome.Refusal}");
        return reservation!;
    }

    private async Task<int> AdmittedOfAsync(RedisNode node, ImmutableArray<LimitScope> scopes, int tries)
    {
        var admitted = 0;
        for (var i = 0; i < tries; i++)
        {
            admitted += (await ReserveAsync(node, scopes)).TryGet(out _) ? 1 : 0;
        }

        return admitted;
    }
}
