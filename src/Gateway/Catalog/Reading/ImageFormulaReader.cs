using Gateway.Catalog.Document;
using Gateway.Core.Images;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>image_tokens</c>. A formula that this version cannot count refuses the catalog: a wrong count would be a wrong bill.</summary>
internal static class ImageFormulaReader
{
    private const int MostTokens = 1_000_000;
    private const int MostPatches = 1_000_000_000;

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

        place.Refuse($"\"{name}\" is no formula; write one of {string.Join(", ", ImageFormulas.Names)}, or {{ \"tile\": {{ \"base\": 85, \"per_tile\": 170 }} }}");
        return null;
    }

    private static ImageFormula? InFull(Place place, ImageFormulaSection section)
    {
        switch (section)
        {
            case { Tile: { } tile, Patch: null }:
                return Tile(place["tile"], tile);
            case { Patch: { } patch, Tile: null }:
                return Patch(place["patch"], patch);
            case { Tile: not null, Patch: not null }:
                place.Refuse("holds a tile and a patch formula; remove one");
                return null;
            default:
                place.Refuse("is empty; write { \"tile\": { \"base\": 85, \"per_tile\": 170 } } or a formula's name");
                return null;
        }
    }

    private static TileFormula? Tile(Place at, TileSection tile)
    {
        var baseTokens = at["base"].RequiredNumber(tile.Base, 0, MostTokens);
        var perTile = at["per_tile"].RequiredNumber(tile.PerTile, 0, MostTokens);
        var auto = at["auto_detail"].Choice(
            tile.AutoDetail, AutoDetail.High, ("high", AutoDetail.High), ("low", AutoDetail.Low), ("by_size", AutoDetail.BySize));
        return baseTokens is { } first && perTile is { } second ? new TileFormula((int)first, (int)second, auto) : null;
    }

    // Low and original inherit reject_above alone: a detail without limits of its own is one without limits.
    private static PatchFormula? Patch(Place at, PatchSection patch)
    {
        var multiplier = Multiplier(at["multiplier"], patch.Multiplier);
        var rejectAbove = Limit(at["reject_above"], patch.RejectAbove, MostPatches);
        var high = new PatchLimit(Limit(at["max_side"], patch.MaxSide, ImageSize.MaxSide), Limit(at["budget"], patch.Budget, MostPatches), rejectAbove);
        var low = Detail(at["low"], patch.Low, rejectAbove);
        var original = Detail(at["original"], patch.Original, rejectAbove);
        var auto = at["auto_detail"].Choice(
            patch.AutoDetail,
            AutoDetail.High,
            ("high", AutoDetail.High),
            ("low", AutoDetail.Low),
            ("by_size", AutoDetail.BySize),
            ("original", AutoDetail.Original));
        if (auto == AutoDetail.Original && original is null)
        {
            at["original"].Refuse("is missing, but auto_detail is \"original\"; write, for example, { \"max_side\": 6000, \"budget\": 10000 }, or change auto_detail");
            return null;
        }

        return multiplier is { } factor ? new PatchFormula(factor, high, low, original, auto) : null;
    }

    private static PatchMultiplier? Multiplier(Place at, string? text)
    {
        if (at.RequiredText(text, "1.62") is not { } written)
        {
            return null;
        }

        if (PatchMultiplier.TryParse(written, out var multiplier))
        {
            return multiplier;
        }

        at.Refuse($"\"{written}\" is no multiplier; write a decimal such as \"1.62\", above 0, {PatchMultiplier.Largest} at most, with {PatchMultiplier.MostDecimals} decimals at most");
        return null;
    }

    private static PatchLimit? Detail(Place at, PatchDetailSection? section, int? rejectAbove) => section is null
        ? null
        : new PatchLimit(
            Limit(at["max_side"], section.MaxSide, ImageSize.MaxSide),
            Limit(at["budget"], section.Budget, MostPatches),
            Limit(at["reject_above"], section.RejectAbove, MostPatches) ?? rejectAbove);

    private static int? Limit(Place at, long? value, int most) => (int?)at.Number(value, 1, most);
}
