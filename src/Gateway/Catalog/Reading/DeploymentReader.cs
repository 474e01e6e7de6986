using System.Collections.Immutable;
using Gateway.Catalog.Document;
using Gateway.Core.Models;

namespace Gateway.Catalog.Reading;

/// <summary>Reads a model's <c>deployments</c>, and puts the overlay's behind them.</summary>
internal sealed class DeploymentReader(ProviderReader providers)
{
    private const int HighestPriority = 1_000_000;
    private const int HighestWeight = 1_000_000;
    private const int HighestConcurrency = 1_000_000;

    // A request remembers which of them it has asked, a bit for each; the overlay's comes on top.
    private const int MostDeployments = 63;

    public ImmutableArray<Deployment> Read(Place place, string id, ModelSection model, in CardTerms terms)
    {
        var sections = model.Deployments ?? [];
        if (sections.Length == 0 && terms.MustBeServed)
        {
            place.Refuse("is missing or empty; write at least one { \"provider\": ..., \"model\": ... }, or \"status\": \"coming_soon\"");
        }

        if (sections.Length > MostDeployments)
        {
            place.Refuse($"has {sections.Length} entries; write {MostDeployments} at most, and the others on a model of their own that this one names in \"fallbacks\"");
        }

        var deployments = new List<Deployment>(sections.Length + 1);
        var (upstream, firstFormula) = (id, terms.Formula);
        for (var i = 0; i < sections.Length; i++)
        {
            var (at, section) = (place[i], sections[i]);
            var own = ImageFormulaReader.Read(at["image_tokens"], section.ImageTokens) ?? terms.Formula;
            var name = at["model"].RequiredText(section.Model, "gpt-4o") ?? id;
            var provider = Provider(at["provider"], section.Provider);
            var priority = at["priority"].Number(section.Priority, 0, HighestPriority) ?? 0;
            var weight = at["weight"].Number(section.Weight, 1, HighestWeight) ?? 1;
            var concurrency = at["max_concurrency"].Number(section.MaxConcurrency, 1, HighestConcurrency);
            var ownTokenizer = Tokenizer(at["tokenizer"], section.Tokenizer) ?? terms.Tokenizer;
            if (i == 0)
            {
                (upstream, firstFormula) = (name, own);
            }

            if (provider is null)
            {
                continue;
            }

            if (own is null && terms.TakesImages && section.ImageTokens is null && model.ImageTokens is null)
            {
                at["image_tokens"].Refuse("is missing, here and on the model, which takes images; write a formula such as \"openai-tile-85-170\", or \"input\": [\"text\"] on the model");
            }

            deployments.Add(new Deployment
            {
                Provider = provider,
                Model = name,
                Priority = (int)priority,
                Weight = (int)weight,
                MaxConcurrency = (int?)concurrency,
                ImageFormula = own,
                Tokenizer = ownTokenizer,
            });
        }

        if (providers.Overlay is { } overlay && (firstFormula is not null || !terms.TakesImages))
        {
            deployments.Add(new Deployment { Provider = overlay, Model = upstream, Priority = int.MaxValue, IsStandIn = true, ImageFormula = firstFormula, Tokenizer = terms.Tokenizer });
        }

        return [.. deployments.OrderBy(deployment => deployment.Priority)];
    }

    /// <summary>A tokenizer's name; null where absent.</summary>
    public static string? Tokenizer(Place place, string? name) =>
        place.Choice<string?>(name, null, ("cl100k_base", "cl100k_base"), ("o200k_base", "o200k_base"));

    private Provider? Provider(Place place, string? name)
    {
        if (place.RequiredText(name, "openai") is not { } known)
        {
            return null;
        }

        if (!providers.Names.Contains(known))
        {
            place.Refuse($"\"{known}\" is no provider of this file; write one of {string.Join(", ", providers.Names)}, or add it under \"providers\"");
        }

        return providers.Served.GetValueOrDefault(known);
    }
}
