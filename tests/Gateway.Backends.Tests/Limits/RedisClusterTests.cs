using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <summary>On a cluster every call keeps to one slot, and tenants spread over all servers.</summary>
public sealed class RedisClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly ImmutableArray<LimitScope> Scopes =
    [
        new(LimitScopeKind.Key, "key:a", 2, 1_000, 10),
        new(LimitScopeKind.Tenant, "tenant", 1_000, 1_000_000, 50),
        new(LimitScopeKind.TenantModel, "tenant:gpt-4o", 500, 500_000, null),
    ];

    [Fact]
    public async Task Everything_that_binds_a_request_is_one_call_to_one_slot()
    {
        RedisFixture.RequireInstalled();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await using var cluster = await RedisCluster.StartAsync(patience.Token);
        await using var connection = RedisFixture.Connect(cluster.Endpoints);
        await connection.DatabaseAsync();
        var lines = new OutageLines();
        using var node = new RedisNode(connection, lines, Patience);

        // Enough tenants that every server has some.
        for (var i = 0; i < 30; i++)
        {
            var tenant = new TenantId($"ten_{i:x32}");
            var first = await AdmitAsync(node, tenant, i);
            await using var second = await AdmitAsync(node, tenant, i + 1000);
            (await node.Limiter.PeekAsync(tenant, Scopes, tokens: 2, patience.Token)).ShouldNotBeNull();
            (await node.Limiter.ReserveAsync(Terms(tenant, i + 2000), patience.Token)).Refusal.ShouldNotBeNull();
            (await node.Limiter.ReadAsync(tenant, Scopes, patience.Token)).ShouldNotBeNull()
                .Single(use => use is { Kind: LimitKind.Requests, Scope.Kind: LimitScopeKind.Key }).Used.ShouldBe(2);
            (await node.Redis.RenewAsync(patience.Token)).ShouldBeTrue();
            (await node.Redis.ChargeAsync(tenant, $"charge_{i}", [new BucketDebt("tenant", LimitKind.Tokens, 60_000)], [1_000_000], patience.Token)).ShouldBeTrue();
            await first.SettleAsync(7, patience.Token);
        }

        node.Calls.IsBroken.ShouldBeFalse();
        lines.All.ShouldBeEmpty();
    }

    private static ReservationTerms Terms(TenantId tenant, int request) => new($"req_{request}", tenant, Scopes, 10);

    private static async Task<Reservation> AdmitAsync(RedisNode node, TenantId tenant, int request)
    {
        (await node.Limiter.ReserveAsync(Terms(tenant, request), TestContext.Current.CancellationToken)).TryGet(out var reservation).ShouldBeTrue();
        return reservation!;
    }
}
