using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Testing;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

public sealed class RedisLimiterTests(RedisFixture redis) : LimiterSuite, IAsyncLifetime
{
    // Long, so that a machine under load does not turn a test's call into an outage.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly OutageLines _lines = new();
    private RedisConnection? _connection;
    private readonly RedisNode?[] _nodes = new RedisNode?[2];

    private protected override ILimiter Limiter => Node(0);

    private protected override TimeSpan? Lease => TimeSpan.FromSeconds(60);

    private IDatabase Database => _connection!.Current!;

    public async ValueTask InitializeAsync()
    {
        _connection = await redis.ConnectionAsync();
        _nodes[0] = NewNode();
        _nodes[1] = NewNode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            var left = await KeysAsync();
            await Database.KeyDeleteAsync([.. left.Select(static key => (RedisKey)key)]);
        }

        foreach (var node in _nodes)
        {
            node?.Dispose();
        }
    }

    [Fact]
    public async Task All_keys_of_a_tenant_carry_its_hash_tag()
    {
        ImmutableArray<LimitScope> scopes =
        [
            Scope(LimitScopeKind.Key, "key:a", requests: 10, tokens: 1000),
            Scope(LimitScopeKind.TenantModel, "tenant:a:model:{odd}", requests: 10, tokens: 1000),
        ];
        await AdmitAsync(scopes, tokens: 10);

        var keys = await KeysAsync();

        keys.Length.ShouldBe(5);
        keys.ShouldAllBe(key => key.StartsWith($"gw:{{{Tenant}}}:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_runs_the_script_as_all_its_keys_are_in_one_slot()
    {
        RedisFixture.RequireInstalled();
        await using var server = await RedisServer.StartNewAsync(TestContext.Current.CancellationToken, "--cluster-enabled", "yes");
        await server.AskAsync("CLUSTER ADDSLOTSRANGE 0 16383", TestContext.Current.CancellationToken);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        await connection.DatabaseAsync();
        using var node = new RedisNode(connection, _lines, Patience, policy: static () => RedisDownPolicy.Refuse);
        var limiter = node.Limiter;
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", 10, 1000, 1), Scope(LimitScopeKind.Tenant, "tenant:a", 10, 1000, 1)];

        // A cluster takes its time to call itself complete.
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        ReserveOutcome outcome;
        while ((outcome = await limiter.ReserveAsync(new ReservationTerms("req_1", Tenant, scopes, 1000), CancellationToken.None)).IsUnavailable)
        {
            await again.WaitForNextTickAsync(deadline.Token);
            await node.Keeper.TickAsync(deadline.Token);
        }

        outcome.TryGet(out var reservation).ShouldBeTrue();
        await reservation!.SettleAsync(0, CancellationToken.None);
        (await limiter.ReserveAsync(new ReservationTerms("req_2", Tenant, scopes, 1000), CancellationToken.None)).TryGet(out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_clock_set_back_for_good_starts_refilling_from_where_it_is()
    {
        var scopes = TenantScope(requests: 60);
        for (var i = 0; i < 60; i++)
        {
            await AdmitAsync(scopes);
        }

        Clock.SetBack(TimeSpan.FromHours(1));
        await RefuseAsync(scopes);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await AdmitAsync(scopes);
        await RefuseAsync(scopes);
    }

    [Fact]
    public async Task Every_key_expires_and_nothing_is_kept_of_a_full_bucket()
    {
        var scopes = TenantScope(requests: 60, tokens: 600);
        var reservation = await AdmitAsync(scopes, tokens: 300);
        foreach (var key in await KeysAsync())
        {
            var most = key.Contains("reservation", StringComparison.Ordinal) ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(90);
            (await Database.KeyTimeToLiveAsync(key)).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(most);
        }

        await reservation.DisposeAsync();

        (await KeysAsync()).ShouldHaveSingleItem().ShouldEndWith(":requests");
    }

    [Fact]
    public async Task A_flushed_script_is_sent_anew()
    {
        var scopes = TenantScope(requests: 10, tokens: 100);
        for (var i = 0; i < 3; i++)
        {
            var reservation = await AdmitAsync(scopes, tokens: 50);
            await Database.ExecuteAsync("SCRIPT", "FLUSH");
            await reservation.SettleAsync(0, CancellationToken.None);
            await Database.ExecuteAsync("SCRIPT", "FLUSH");
        }

        (await AdmitAsync(scopes, tokens: 100)).Levels.Tokens!.Value.Remaining.ShouldBe(0);
    }

    [Fact]
    public async Task Nodes_share_their_limits()
    {
        var other = Node(1);
        var scopes = TenantScope(tokens: 100);
        await AdmitAsync(scopes, tokens: 60);

        var outcome = await other.ReserveAsync(new ReservationTerms("req_1", Tenant, TenantScope(tokens: 100), 60), CancellationToken.None);

        outcome.Refusal.ShouldNotBeNull().Used.ShouldBe(60);
    }

    [Fact]
    public async Task A_settlement_sent_twice_counts_once()
    {
        var terms = new ReservationTerms("req_1", Tenant, TenantScope(tokens: 100), 100);
        (await Limiter.ReserveAsync(terms, CancellationToken.None)).TryGet(out _).ShouldBeTrue();

        await _nodes[0]!.Redis.SettleAsync(terms, 40, CancellationToken.None);
        await _nodes[0]!.Redis.SettleAsync(terms, 40, CancellationToken.None);
        await _nodes[1]!.Redis.SettleAsync(terms, 0, CancellationToken.None);

        (await AdmitAsync(terms.Scopes)).Levels.Tokens!.Value.Remaining.ShouldBe(60);
    }

    [Fact]
    public async Task What_a_node_last_saw_never_refuses_by_itself()
    {
        var other = Node(1);
        var scopes = TenantScope(tokens: 100);
        var reservation = await AdmitAsync(scopes, tokens: 60);
        (await other.ReserveAsync(new ReservationTerms("req_1", Tenant, scopes, 40), CancellationToken.None)).TryGet(out _).ShouldBeTrue();
        (await other.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldNotBeNull();

        await reservation.SettleAsync(0, CancellationToken.None);

        (await other.PeekAsync(Tenant, scopes, 1, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Redis_s_own_clock_serves_where_none_is_given()
    {
        using var node = new RedisNode(_connection!, _lines, Patience);
        var scopes = TenantScope(requests: 2);
        (await node.Limiter.ReserveAsync(new ReservationTerms("req_1", Tenant, scopes, 0), CancellationToken.None)).TryGet(out var reservation).ShouldBeTrue();

        reservation!.Levels.Requests.ShouldBe(new LimitLevel(2, 1, TimeSpan.FromSeconds(30)));
        string? stored = await Database.StringGetAsync((await KeysAsync()).ShouldHaveSingleItem());
        var at = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(stored!.Split(' ')[1]));
        (at - TimeProvider.System.GetUtcNow()).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(5));
    }

    private protected override ILimiter Node(int which) => _nodes[which]!.Limiter;

    private protected override async Task RenewAsync()
    {
        foreach (var node in _nodes)
        {
            (await node!.Redis.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        }
    }

    private protected override void Crash(int which)
    {
        _nodes[which]!.Dispose();
        _nodes[which] = NewNode();
    }

    private protected override async Task<long> HeldAsync()
    {
        long held = 0;
        foreach (var key in (await KeysAsync()).Where(static key => key.Contains(":leases:", StringComparison.Ordinal)))
        {
            held += await Database.SortedSetLengthAsync(key);
        }

        return held;
    }

    private RedisNode NewNode() => new(_connection!, _lines, Patience, Clock);

    private async Task<string[]> KeysAsync() => (string[])(await Database.ExecuteAsync("KEYS", $"gw:*{Tenant}*"))!;
}
