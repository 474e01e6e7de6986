using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Core.Callers;

namespace Gateway.Core.Admission;

/// <summary>The scopes that bind one caller: those for every request, and those with a model's own limits added.</summary>
public sealed class LimitPlan
{
    private readonly FrozenDictionary<string, ImmutableArray<LimitScope>> _byModel;

    private LimitPlan(RateLimits? tier, ImmutableArray<LimitScope> always, FrozenDictionary<string, ImmutableArray<LimitScope>> byModel)
    {
        Tier = tier;
        Always = always;
        _byModel = byModel;
    }

    /// <summary>The tier that this plan was worked out under.</summary>
    public RateLimits? Tier { get; }

    /// <summary>The scopes of any request, whatever its model: what a look before reading the body can check.</summary>
    public ImmutableArray<LimitScope> Always { get; }

    public ImmutableArray<LimitScope> ForModel(string modelId) => _byModel.TryGetValue(modelId, out var scopes) ? scopes : Always;

    /// <summary>Every scope that can bind a request of this caller: those of any request, then those of each model that has its own, by its id.</summary>
    public ImmutableArray<LimitScope> All() =>
        [.. Always, .. _byModel.OrderBy(static entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value.Skip(Always.Length))];

    internal static LimitPlan For(Caller caller, RateLimits? tier)
    {
        var tenant = caller.TenantLimits.Or(tier);
        var key = caller.KeyLimits;
        var keyId = $"key:{caller.Key}";
        var tenantId = $"tenant:{caller.Tenant}";

        ImmutableArray<LimitScope> always =
        [
            .. Present(LimitScope.From(LimitScopeKind.Key, keyId, key)),
            .. Present(LimitScope.From(LimitScopeKind.Tenant, tenantId, tenant)),
        ];

        var byModel = tenant.Models.Keys.Concat(key.Models.Keys).Distinct().ToFrozenDictionary(
            model => model,
            model => (ImmutableArray<LimitScope>)
            [
                .. always,
                .. Present(LimitScope.From(LimitScopeKind.KeyModel, $"{keyId}:model:{model}", key.Models.GetValueOrDefault(model, RateLimits.None))),
                .. Present(LimitScope.From(LimitScopeKind.TenantModel, $"{tenantId}:model:{model}", tenant.Models.GetValueOrDefault(model, RateLimits.None))),
            ]);
        return new LimitPlan(tier, always, byModel);
    }

    private static IEnumerable<LimitScope> Present(LimitScope? scope) => scope is null ? [] : [scope];
}
