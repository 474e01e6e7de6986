using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Callers;
using Gateway.Core.Models;

namespace Gateway.Catalog;

/// <summary>One reading of the catalog file. Immutable; a reload swaps it whole, so a request works with one from start to end.</summary>
internal sealed class CatalogSnapshot
{
    private readonly FrozenDictionary<string, ModelCard> _byName;

    public CatalogSnapshot(ImmutableArray<ModelCard> models)
    {
        Models = models;
        _byName = models
            .SelectMany(card => card.Aliases.Prepend(card.Id), (card, name) => KeyValuePair.Create(name, card))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Every model, in the order of the file.</summary>
    public ImmutableArray<ModelCard> Models { get; }

    public FrozenDictionary<string, Provider> Providers { get; init; } = FrozenDictionary<string, Provider>.Empty;

    /// <summary>
    /// Providers that this environment cannot speak to at all, and why: their address is not known. Their deployments are left out of the cards.
    /// </summary>
    public FrozenDictionary<string, string> UnservedProviders { get; init; } = FrozenDictionary<string, string>.Empty;

    public FrozenDictionary<string, RateLimits> Tiers { get; init; } = FrozenDictionary<string, RateLimits>.Empty;

    public ImageSettings Images { get; init; } = ImageSettings.Default;

    public LimitSettings Limits { get; init; } = LimitSettings.Default;

    /// <summary>The model of an id or an alias, spelt exactly.</summary>
    public bool TryGetModel(string name, [NotNullWhen(true)] out ModelCard? card) => _byName.TryGetValue(name, out card);

    /// <summary>The limits of a tenant's tier: none for a tenant without one, or with one that the catalog does not have (any more).</summary>
    public RateLimits? Tier(string? name) => name is null ? null : Tiers.GetValueOrDefault(name);
}
