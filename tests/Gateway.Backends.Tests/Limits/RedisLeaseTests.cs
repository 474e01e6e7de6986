using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Testing;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <summary>Leases as Redis keeps them, and how many calls they take.</summary>
public sealed class RedisLeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TenantId Tenant = new("ten_1");
    private static readonly RedisKey Set = "gw:{ten_1}:leases:key:a";
    private static readonly ImmutableArray<LimitScope> Scopes = [new(LimitScopeKind.Key, "key:a", 1_000_000, 1_000_000_000, 1000)];

    private readonly OutageLines _lines = new();
    private readonly ManualClock _clock = new();
    private RedisServer? _server;
    private RedisConnection? _connection;
    private int _requests;

    private IDatabase Database => _connection!.Current!;

    public async ValueTask InitializeAsync()
    {
        RedisFixture.RequireInstalled();
        _server = await RedisServer.StartNewAsync(TestContext.Current.CancellationToken);
        _connection = RedisFixture.Connect(_server.Endpoint);
        await _connection.DatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reservation_a_settlement_and_a_renewal_are_one_round_trip_each()
    {
        using var node = Node();
        await using (await AdmitAsync(node))
        {
            // From here on the scripts are known there.
            await node.Redis.RenewAsync(CancellationToken.None);
        }

        var open = new List<Reservation>();
        await CallsAsync();

        for (var i = 0; i < 20; i++)
        {
            open.Add(await AdmitAsync(node));
        }

        (await CallsAsync()).ShouldBe(20);
        (await node.Redis.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        (await CallsAsync()).ShouldBe(1);
        foreach (var reservation in open)
        {
            await reservation.SettleAsync(1, CancellationToken.None);
        }

        (await CallsAsync()).ShouldBe(20);
        (await node.Redis.RenewAsync(CancellationToken.None)).ShouldBeTrue();
        (await CallsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_renewal_amid_settlements_brings_no_lease_back()
    {
        using var node = Node();
        using var done = new CancellationTokenSource();
        var renewing = Task.Run(async () =>
        {
            var renewals = 0;
            while (!done.IsCancellationRequested)
            {
                (await node.Redis.RenewAsync(CancellationToken.None)).ShouldBeTrue();
                renewals++;
            }

            return renewals;
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await (await AdmitAsync(node)).SettleAsync(1, CancellationToken.None);
            }
        })));
        await done.CancelAsync();

        (await renewing).ShouldBeGreaterThan(0);
        (await Database.SortedSetLengthAsync(Set)).ShouldBe(0);
        node.Running.Count.ShouldBe(0);
        node.Local.HeldLeases.ShouldBe(0);
    }

    [Fact]
    public async Task A_redis_that_forgot_all_learns_of_running_requests_by_their_renewal()
    {
        using var node = Node();
        var running = await AdmitAsync(node);
        await Database.ExecuteAsync("FLUSHALL");
        await Database.ExecuteAsync("SCRIPT", "FLUSH");

        (await node.Redis.RenewAsync(CancellationToken.None)).ShouldBeTrue();

        (await Database.SortedSetLengthAsync(Set)).ShouldBe(1);
        await running.DisposeAsync();
        (await Database.SortedSetLengthAsync(Set)).ShouldBe(0);
    }

    [Fact]
    public async Task A_node_that_was_silent_for_longer_than_a_lease_takes_its_places_back()
    {
        using var node = Node();
        using var other = Node();
        ImmutableArray<LimitScope> scopes = [Scopes[0] with { ConcurrentRequests = 1 }];
        var first = await AdmitAsync(node, scopes);
        _clock.Advance(TimeSpan.FromSeconds(60));
        var second = await AdmitAsync(other, scopes);

        await node.Redis.RenewAsync(CancellationToken.None);

        // Over the limit by what ran all the time.
        (await ReserveAsync(other, scopes)).Refusal.ShouldNotBeNull().Used.ShouldBe(2);
        await second.DisposeAsync();
        (await ReserveAsync(other, scopes)).Refusal.ShouldNotBeNull().Used.ShouldBe(1);
        await first.DisposeAsync();
        await AdmitAsync(other, scopes);
    }

    [Fact]
    public async Task Many_expired_leases_count_for_nothing_and_are_swept_little_by_little()
    {
        using var dead = Node();
        for (var i = 0; i < 250; i++)
        {
            await AdmitAsync(dead);
        }

        _clock.Advance(TimeSpan.FromSeconds(60));
        using var node = Node();
        ImmutableArray<LimitScope> scopes = [Scopes[0] with { ConcurrentRequests = 1 }];
        await (await AdmitAsync(node, scopes)).DisposeAsync();
        (await Database.SortedSetLengthAsync(Set)).ShouldBe(150);
        await (await AdmitAsync(node, scopes)).DisposeAsync();
        await (await AdmitAsync(node, scopes)).DisposeAsync();

        (await Database.SortedSetLengthAsync(Set)).ShouldBe(0);
    }

    [Fact]
    public async Task A_set_of_leases_expires_when_nobody_asks_any_more()
    {
        using var node = Node();
        await AdmitAsync(node);

        (await Database.KeyTimeToLiveAsync(Set)).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task Leases_of_a_clock_set_back_for_good_end_as_others_do()
    {
        using var dead = Node();
        ImmutableArray<LimitScope> scopes = [Scopes[0] with { ConcurrentRequests = 1 }];
        await AdmitAsync(dead, scopes);
        using var node = Node();

        _clock.SetBack(TimeSpan.FromHours(1));
        (await ReserveAsync(node, scopes)).Refusal.ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(60));

        await AdmitAsync(node, scopes);
    }

    private RedisNode Node() => new(_connection!, _lines, Patience, _clock);

    private ValueTask<ReserveOutcome> ReserveAsync(RedisNode node, ImmutableArray<LimitScope> scopes) =>
        node.Limiter.ReserveAsync(new ReservationTerms($"req_{Interlocked.Increment(ref _requests)}", Tenant, scopes, 10), CancellationToken.None);

    private async Task<Reservation> AdmitAsync(RedisNode node, ImmutableArray<LimitScope>? scopes = null)
    {
        var outcome = await ReserveAsync(node, scopes ?? Scopes);
        outcome.TryGet(out var reservation).ShouldBeTrue($"{outcome.Refusal}");
        return reservation!;
    }

    /// <summary>Scripts called since this was last asked.</summary>
    private async Task<int> CallsAsync()
    {
        var line = ((string)(await Database.ExecuteAsync("INFO", "commandstats"))!).Split('\n').FirstOrDefault(static line => line.StartsWith("cmdstat_evalsha:", StringComparison.Ordinal));
        await Database.ExecuteAsync("CONFIG", "RESETSTAT");
        return line is null ? 0 : int.Parse(line.Split("calls=")[1].Split(',')[0]);
    }
}
