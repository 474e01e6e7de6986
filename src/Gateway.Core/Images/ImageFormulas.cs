using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Images;

/// <summary>The formulas that a catalog may cite by name.</summary>
public static class ImageFormulas
{
    // Base and tile prices as OpenAI publishes them for its model families; sides and tokens as Anthropic does for its tiers.
    private static readonly ImageFormula[] All =
    [
        new TileFormula(85, 170, name: "openai-tile-85-170"),       // gpt-4-turbo, gpt-4o, gpt-4.1, gpt-4.5
        new TileFormula(2833, 5667, name: "openai-tile-2833-5667"), // gpt-4o-mini
        new TileFormula(70, 140, name: "openai-tile-70-140"),       // gpt-5, gpt-5.1
        new TileFormula(75, 150, name: "openai-tile-75-150"),       // o1, o3
        new TileFormula(65, 129, name: "openai-tile-65-129"),       // computer-use-preview
        new ImageModelFormula(65, 129, 4160, 6240, name: "openai-image-65-129"), // gpt-image-1
        new AnthropicFormula(1568, 1568, name: "anthropic-standard"),
        new AnthropicFormula(2576, 4784, name: "anthropic-high"),   // Claude from 4.7 on
        new GeminiFormula(),
    ];

    private static readonly FrozenDictionary<string, ImageFormula> ByName =
        All.ToFrozenDictionary(formula => formula.Name, StringComparer.Ordinal);

    /// <summary>Every name, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(All, formula => formula.Name);

    public static bool TryGet(string name, [NotNullWhen(true)] out ImageFormula? formula) => ByName.TryGetValue(name, out formula);
}
