using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Limits;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <content>What an operator is told of levels.</content>
public abstract partial class LimiterSuite
{
    [Fact]
    public async Task Use_of_every_limit_is_told_scope_by_scope()
    {
        ImmutableArray<LimitScope> scopes = [Scope(LimitScopeKind.Key, "key:a", requests: 10, atOnce: 3), Scope(LimitScopeKind.Tenant, "tenant:a", tokens: 1000)];
        await AdmitAsync(scopes, tokens: 300);
        await AdmitAsync(scopes, tokens: 50);

        Clock.Advance(TimeSpan.FromMilliseconds(3001)); // Half a request and 50 tokens come back.

        (await ReadAsync(scopes)).ShouldBe(
        [
            new LimitUse(scopes[0], LimitKind.Requests, 10, 2, 8, TimeSpan.FromMilliseconds(8999)),
            new LimitUse(scopes[0], LimitKind.Concurrency, 3, 2, 1, null),
            new LimitUse(scopes[1], LimitKind.Tokens, 1000, 300, 700, TimeSpan.FromMilliseconds(17_999)),
        ]);
    }

    [Fact]
    public async Task Use_of_what_nobody_used_is_none()
    {
        var scopes = TenantScope(requests: 10, tokens: 1000, atOnce: 3);

        (await ReadAsync(scopes)).ShouldBe(
        [
            new LimitUse(scopes[0], LimitKind.Requests, 10, 0, 10, TimeSpan.Zero),
            new LimitUse(scopes[0], LimitKind.Tokens, 1000, 0, 1000, TimeSpan.Zero),
            new LimitUse(scopes[0], LimitKind.Concurrency, 3, 0, 3, null),
        ]);
        (await ReadAsync([])).ShouldBeEmpty();
        (await ReadAsync([Scope(LimitScopeKind.Tenant, "tenant:a")])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Use_beyond_a_limit_is_told_as_it_is()
    {
        var scopes = TenantScope(tokens: 1000, atOnce: 3);
        await (await AdmitAsync(scopes, tokens: 900)).SettleAsync(2500, CancellationToken.None);
        await AdmitAsync(TenantScope(atOnce: 3));
        await AdmitAsync(TenantScope(atOnce: 3));

        (await ReadAsync(TenantScope(tokens: 1000, atOnce: 1))).Select(use => (use.Kind, use.Used, use.Remaining, use.Reset)).ShouldBe(
        [
            (LimitKind.Tokens, 2500, 0, TimeSpan.FromMilliseconds(150_000)),
            (LimitKind.Concurrency, 2, 0, null),
        ]);
    }

    [Fact]
    public async Task Looking_takes_nothing_and_changes_no_refill()
    {
        var scopes = TenantScope(requests: 60, tokens: 60, atOnce: 1);
        for (var i = 0; i < 60; i++)
        {
            await (await AdmitAsync(scopes, tokens: 1)).SettleAsync(1, CancellationToken.None);
        }

        // Under a lower limit, by which a refusal would refill from now on.
        for (var i = 0; i < 10; i++)
        {
            await ReadAsync(TenantScope(requests: 6, tokens: 6, atOnce: 1));
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        (await ReadAsync(scopes)).Select(use => use.Used).ShouldBe([50, 50, 0]);
        for (var i = 0; i < 10; i++)
        {
            await (await AdmitAsync(scopes, tokens: 1)).SettleAsync(1, CancellationToken.None);
        }

        await RefuseAsync(scopes, tokens: 1);
    }

    [Fact]
    public async Task Place_of_a_gateway_that_crashed_is_told_as_used_until_its_lease_ends()
    {
        var scopes = TenantScope(atOnce: 2);
        await AdmitOrRefuseAsync(Node(1), scopes, tokens: 0);
        Crash(1);

        (await ReadAsync(scopes)).Single().Used.ShouldBe(Lease is null ? 0 : 1);
        Clock.Advance(Lease ?? TimeSpan.Zero);
        (await ReadAsync(scopes)).Single().Used.ShouldBe(0);
    }

    private async Task<IReadOnlyList<LimitUse>> ReadAsync(ImmutableArray<LimitScope> scopes) =>
        (await Limiter.ReadAsync(Tenant, scopes, CancellationToken.None)).ShouldNotBeNull();
}
