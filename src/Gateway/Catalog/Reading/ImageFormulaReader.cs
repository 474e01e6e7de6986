using Gateway.Catalog.Document;
using Gateway.Core.Images;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>image_tokens</c>. A formula that this version cannot count refuses the catalog: a wrong count would be a wrong bill.</summary>
internal static class ImageFormulaReader
{
    private const int MostTokens = 1_000_000;

    private static readonly string[] ToCome = ["anthropic-standard", "anthropic-high", "gemini-258"];

    public static ImageFormula? Read(Place place, ImageTokensSection? section) => section switch
    {
        { Name: { } name } => Named(place, name),
        { Formula: { } formula } => InFull(place, formula),
        _ => null,
    };

    private static ImageFormula? Named(Place place, string name)
    {
        if (ImageFormulas.TryGet(name, out var formula))
        {
            return formula;
        }

        var what = ToCome.Contains(name, StringComparer.Ordinal) ? "is not implemented in this version" : "is no formula";
        place.Refuse($"\"{name}\" {what}; write one of {string.Join(", ", ImageFormulas.Names)}, or {{ \"tile\": {{ \"base\": 85, \"per_tile\": 170 }} }}");
        return null;
    }

    private static TileFormula? InFull(Place place, ImageFormulaSection section)
    {
        if (section.Patch is not null)
        {
            place["patch"].Refuse("patch formulas are not implemented in this version; write a tile formula, or take the model out");
            return null;
        }

        if (section.Tile is not { } tile)
        {
            place.Refuse("is empty; write { \"tile\": { \"base\": 85, \"per_tile\": 170 } } or a formula's name");
            return null;
        }

        var at = place["tile"];
        var baseTokens = at["base"].RequiredNumber(tile.Base, 0, MostTokens);
        var perTile = at["per_tile"].RequiredNumber(tile.PerTile, 0, MostTokens);
        var auto = at["auto_detail"].Choice(
            tile.AutoDetail, AutoDetail.High, ("high", AutoDetail.High), ("low", AutoDetail.Low), ("by_size", AutoDetail.BySize));
        return baseTokens is { } first && perTile is { } second ? new TileFormula((int)first, (int)second, auto) : null;
    }
}
