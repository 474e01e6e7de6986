using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Catalog.Document;
using Gateway.Core.Callers;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>From the file's bytes to a snapshot: (1) form, (2) providers, (3) models, (4) tiers, (5) images and limits.</summary>
internal sealed class CatalogReader
{
    private readonly CatalogFindings _findings = new();
    private readonly Func<string, string?> _environment;
    private readonly CatalogOverlay? _overlay;

    private CatalogReader(Func<string, string?> environment, CatalogOverlay? overlay) => (_environment, _overlay) = (environment, overlay);

    /// <param name="utf8">The file.</param>
    /// <param name="environment">What <c>${NAME}</c> stands for; null or empty for a variable that is not set.</param>
    /// <param name="overlay">A provider beside the file's, or null.</param>
    public static CatalogReading Read(ReadOnlySpan<byte> utf8, Func<string, string?> environment, CatalogOverlay? overlay) =>
        new CatalogReader(environment, overlay).Read(utf8);

    private CatalogReading Read(ReadOnlySpan<byte> utf8)
    {
        var snapshot = CatalogShape.TryRead(utf8, _findings, out var document) ? Snapshot(document) : null;
        return new CatalogReading(_findings.HasProblems ? null : snapshot, _findings.Problems);
    }

    private CatalogSnapshot? Snapshot(CatalogDocument document)
    {
        var providers = new ProviderReader(_environment);
        providers.Read(At("providers"), document.Providers);
        providers.Lay(_overlay);
        var models = new ModelReader(providers).Read(At("models"), document.Models);
        var tiers = Tiers(At("tiers"), document.Tiers, [.. models.Select(model => model.Id)]);
        var images = ImageSettingsReader.Read(At("images"), document.Images);
        var limits = LimitSettingsReader.Read(At("limits"), document.Limits);

        // A name given twice would not fit into the snapshot's table.
        return _findings.HasProblems ? null : new CatalogSnapshot(models)
        {
            Providers = providers.Served.ToFrozenDictionary(StringComparer.Ordinal),
            UnservedProviders = providers.Unserved.ToFrozenDictionary(StringComparer.Ordinal),
            Tiers = tiers,
            Images = images,
            Limits = limits,
        };
    }

    private static FrozenDictionary<string, RateLimits> Tiers(Place place, Dictionary<string, TierSection>? tiers, ImmutableArray<string> models)
    {
        foreach (var name in tiers?.Keys ?? Enumerable.Empty<string>())
        {
            CatalogName.Check(place[name], name);
        }

        return (tiers ?? []).ToFrozenDictionary(tier => tier.Key, tier => TierReader.Read(place[tier.Key], tier.Value, models), StringComparer.Ordinal);
    }

    private Place At(string section) => new(_findings, section);
}
