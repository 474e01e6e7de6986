using System.Collections.Immutable;
using Gateway.Catalog.Document;
using Gateway.Core.Endpoints;
using Gateway.Core.Models;
using Gateway.Core.Pricing;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>models</c>.</summary>
internal sealed class ModelReader(ProviderReader providers)
{
    private const long MostTokens = 1_000_000_000;

    private readonly DeploymentReader _deployments = new(providers);

    // Every id and alias, and where it stands.
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public ImmutableArray<ModelCard> Read(Place place, Dictionary<string, ModelSection>? sections)
    {
        if (sections is null)
        {
            place.Refuse("is missing; write { \"gpt-4o\": { ... } }, or {} for none");
            return [];
        }

        foreach (var id in sections.Keys)
        {
            CatalogName.Check(place[id], id);
            _names[id] = place[id].Path;
            _ids.Add(id);
        }

        return [.. sections.Select(section => Card(place[section.Key], section.Key, section.Value))];
    }

    private ModelCard Card(Place place, string id, ModelSection section)
    {
        var status = place["status"].Choice(
            section.Status, ModelStatus.Available, ("available", ModelStatus.Available), ("coming_soon", ModelStatus.ComingSoon), ("deprecated", ModelStatus.Deprecated));
        var formula = ImageFormulaReader.Read(place["image_tokens"], section.ImageTokens);
        var takesImages = section.ImageTokens is not null || (section.Deployments ?? []).Any(deployment => deployment.ImageTokens is not null);
        var input = Words(place["input"], section.Input, takesImages ? ["text", "image"] : ["text"], "text", "image", "audio", "file", "video");
        var prices = PriceReader.Read(place["prices"], section.Prices);
        var tokenizer = DeploymentReader.Tokenizer(place["tokenizer"], section.Tokenizer);
        var output = Words(place["output"], section.Output, ["text"], "text", "image", "audio", "embedding", "moderation", "video");

        // Whoever judges pictures counts no tokens of them.
        var terms = new CardTerms(formula, tokenizer, status != ModelStatus.ComingSoon, input.Contains("image") && output is not ["moderation"]);
        if (section.AcceptImageField is true && !input.Contains("image"))
        {
            place["accept_image_field"].Refuse("is true on a model that takes no images; write false, or add \"image_tokens\" and \"image\" to its \"input\"");
        }

        return new ModelCard
        {
            Id = id,
            DisplayName = place["display_name"].Text(section.DisplayName),
            OwnedBy = place["owned_by"].Text(section.OwnedBy) ?? "gateway",
            Status = status,
            Description = place["description"].Text(section.Description),
            Created = Created(place["created"], section),
            Input = input,
            Output = output,
            IsOpen = section.Output is null && IsWithoutAnswer(section),
            Endpoints = Words(place["endpoints"], section.Endpoints, [], [.. ApiEndpoint.All.Select(static endpoint => endpoint.Path)]),
            ContextWindow = place["context_window"].Number(section.ContextWindow, 1, MostTokens),
            MaxPromptTokens = place["max_prompt_tokens"].Number(section.MaxPromptTokens, 1, MostTokens),
            MaxOutputTokens = place["max_output_tokens"].Number(section.MaxOutputTokens, 1, MostTokens),
            Aliases = Aliases(place["aliases"], section.Aliases),
            DefaultCompletionTokens = place["default_completion_tokens"].Number(section.DefaultCompletionTokens, 1, MostTokens),
            Prices = prices,
            Deployments = _deployments.Read(place["deployments"], id, section, terms),
            Fallbacks = Fallbacks(place["fallbacks"], section.Fallbacks, id),
            Retries = RetryReader.Read(place["retries"], section.Retries),
            Parameters = ParameterReader.Read(place["parameters"], section.Parameters),
            Timeouts = TimeoutReader.Read(place["timeouts"], section.Timeouts),
            AcceptImageField = section.AcceptImageField ?? false,
        };
    }

    /// <summary>Whether nothing bounds or prices an answer, as nothing does that of a model for embeddings.</summary>
    private static bool IsWithoutAnswer(ModelSection section) =>
        section is { MaxOutputTokens: null, DefaultCompletionTokens: null, ImageTokens: null }
        && (section.Prices ?? []).All(static price => IsFree(price.Output) && price is { AudioOutput: null, ImageOutput: null, PerImage: null, PerSecond: null });

    private static bool IsFree(string? rate) => rate is null || (Money.TryParse(rate, out var amount) && amount == Money.Zero);

    // What clients show as the model's age: the date of the card, else that of its first price.
    private static long Created(Place place, ModelSection section)
    {
        if (section.Created is { } written)
        {
            return place.Date(written)?.ToUnixTimeSeconds() ?? 0;
        }

        var begins = (section.Prices ?? []).Select(price => InstantText.TryParse(price.From, out var from) ? from : DateTimeOffset.MaxValue);
        var first = begins.DefaultIfEmpty(DateTimeOffset.UnixEpoch).Min();
        return first == DateTimeOffset.MaxValue ? 0 : first.ToUnixTimeSeconds();
    }

    private static ImmutableArray<string> Words(Place place, string[]? written, ImmutableArray<string> fallback, params ReadOnlySpan<string> known)
    {
        if (written is null)
        {
            return fallback;
        }

        if (written.Length == 0)
        {
            place.Refuse($"is empty; write at least one of {string.Join(", ", known.ToArray())}");
        }

        for (var i = 0; i < written.Length; i++)
        {
            if (!known.Contains(written[i]) || written.AsSpan(0, i).Contains(written[i]))
            {
                place[i].Refuse($"\"{written[i]}\" is not known here or given twice; write each at most once of {string.Join(", ", known.ToArray())}");
            }
        }

        return [.. written];
    }

    private ImmutableArray<string> Fallbacks(Place place, string[]? written, string id)
    {
        for (var i = 0; i < (written?.Length ?? 0); i++)
        {
            var name = written![i];
            if (name == id || written.AsSpan(0, i).Contains(name))
            {
                place[i].Refuse($"\"{name}\" is this model itself or given twice; remove it");
            }
            else if (!_ids.Contains(name))
            {
                place[i].Refuse($"\"{name}\" is no model of this file; write the id of one, not an alias, or remove it");
            }
        }

        return [.. written ?? []];
    }

    private ImmutableArray<string> Aliases(Place place, string[]? aliases)
    {
        for (var i = 0; i < (aliases?.Length ?? 0); i++)
        {
            var alias = aliases![i];
            if (CatalogName.Check(place[i], alias) && !_names.TryAdd(alias, place[i].Path))
            {
                place[i].Refuse($"\"{alias}\" already stands at {_names[alias]}; ids and aliases share one space, so remove one of the two");
            }
        }

        return [.. aliases ?? []];
    }
}
