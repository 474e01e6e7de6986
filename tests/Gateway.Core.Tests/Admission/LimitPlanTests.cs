using System.Collections.Frozen;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Admission;

public sealed class LimitPlanTests
{
    private static readonly LimitScope[] None = [];

    [Fact]
    public void Caller_without_limits_is_bound_by_nothing()
    {
        var plan = Caller(RateLimits.None, RateLimits.None).PlanUnder(null);

        plan.Always.ShouldBeEmpty();
        plan.ForModel("m").ShouldBe(None);
    }

    [Fact]
    public void Tier_binds_the_tenant_and_not_the_key() =>
        Caller(RateLimits.None, RateLimits.None).PlanUnder(new RateLimits { RequestsPerMinute = 300, TokensPerMinute = 15_000 })
            .Always.ShouldBe([new LimitScope(LimitScopeKind.Tenant, "tenant:ten_1", 300, 15_000, null)]);

    [Fact]
    public void Tenants_own_limits_win_over_its_tier_one_by_one() =>
        Caller(new RateLimits { RequestsPerMinute = 9 }, RateLimits.None).PlanUnder(new RateLimits { RequestsPerMinute = 300, TokensPerMinute = 15_000, ConcurrentRequests = 4 })
            .Always.ShouldBe([new LimitScope(LimitScopeKind.Tenant, "tenant:ten_1", 9, 15_000, 4)]);

    [Fact]
    public void Key_and_tenant_bind_together() =>
        Caller(new RateLimits { TokensPerMinute = 100 }, new RateLimits { RequestsPerMinute = 2 }).PlanUnder(null).Always.ShouldBe(
        [
            new LimitScope(LimitScopeKind.Key, "key:key_1", 2, null, null),
            new LimitScope(LimitScopeKind.Tenant, "tenant:ten_1", null, 100, null),
        ]);

    [Fact]
    public void Models_own_limits_are_added_for_that_model_alone()
    {
        var tenant = new RateLimits { RequestsPerMinute = 10, Models = Models("m", new RateLimits { TokensPerMinute = 7 }) };
        var key = new RateLimits { Models = Models("n", new RateLimits { RequestsPerMinute = 1 }) };

        var plan = Caller(tenant, key).PlanUnder(new RateLimits { Models = Models("m", new RateLimits { RequestsPerMinute = 3, TokensPerMinute = 99 }) });

        var overall = new LimitScope(LimitScopeKind.Tenant, "tenant:ten_1", 10, null, null);
        plan.ForModel("other").ShouldBe([overall]);
        plan.ForModel("m").ShouldBe([overall, new LimitScope(LimitScopeKind.TenantModel, "tenant:ten_1:model:m", 3, 7, null)]);
        plan.ForModel("n").ShouldBe([overall, new LimitScope(LimitScopeKind.KeyModel, "key:key_1:model:n", 1, null, null)]);
    }

    [Fact]
    public void All_scopes_are_told_once_each_those_of_models_by_their_ids()
    {
        var tenant = new RateLimits { RequestsPerMinute = 10, Models = Models("m:model:2", new RateLimits { TokensPerMinute = 7 }) };
        var key = new RateLimits { Models = Models("a", new RateLimits { RequestsPerMinute = 1 }) };

        var all = Caller(tenant, key).PlanUnder(new RateLimits { ConcurrentRequests = 2 }).All();

        all.ShouldBe(
        [
            new LimitScope(LimitScopeKind.Tenant, "tenant:ten_1", 10, null, 2),
            new LimitScope(LimitScopeKind.KeyModel, "key:key_1:model:a", 1, null, null),
            new LimitScope(LimitScopeKind.TenantModel, "tenant:ten_1:model:m:model:2", null, 7, null),
        ]);
        all.Select(scope => scope.Model).ShouldBe([null, "a", "m:model:2"]);
    }

    [Theory]
    [InlineData(LimitScopeKind.Key, "key:key_1", "key key_1")]
    [InlineData(LimitScopeKind.Tenant, "tenant:ten_1", "tenant ten_1")]
    [InlineData(LimitScopeKind.KeyModel, "key:key_1:model:gpt-4o", "key key_1 for model gpt-4o")]
    public void Scopes_are_told_to_clients_in_words(LimitScopeKind kind, string id, string words) =>
        new LimitScope(kind, id, 1, null, null).Describe().ShouldBe(words);

    private static Caller Caller(RateLimits tenant, RateLimits key) =>
        new() { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1"), TenantLimits = tenant, KeyLimits = key };

    private static FrozenDictionary<string, RateLimits> Models(string model, RateLimits limits) =>
        new Dictionary<string, RateLimits> { [model] = limits }.ToFrozenDictionary();
}
