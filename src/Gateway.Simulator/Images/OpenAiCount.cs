namespace Gateway.Simulator.Images;

/// <summary>The tokens of an image at OpenAI, by the rule of the model's family. A model of no known family counts as gpt-4o does.</summary>
internal static class OpenAiCount
{
    private static readonly TileCount Gpt4o = new(85, 170);
    private static readonly PatchCount Small1536 = new(120, 2048, 1536);
    private static readonly PatchCount Large2500 = new(120, 2048, 2500);
    private static readonly PatchCount Large6144 = new(120, 2048, 6144);
    private static readonly PatchCount Original10000 = new(120, 6000, 10000);
    private static readonly PatchCount Whole = new(120, 65535);
    private static readonly PatchCount Thumbnail = new(120, 512);

    // The first that the model's name begins with.
    private static readonly (string Family, Func<ImageSize?, string?, long> Tokens)[] Families =
    [
        ("gpt-4o-mini", Tiles(new(2833, 5667))),
        ("gpt-4.1-mini", Patches(new(162, 2048, 6144))),
        ("gpt-4.1-nano", Patches(new(246, 2048, 1536))),
        ("o4-mini", Patches(new(172, 2048, 1536))),
        ("gpt-5-mini", Patches(Small1536)),
        ("gpt-5-nano", Patches(new(150, 2048, 1536))),
        ("gpt-5.2", Patches(Large6144)),
        ("gpt-5.4", Patches(high: Large2500, low: Large6144, original: Original10000, auto: Large2500)),
        ("gpt-5.5", Patches(high: Large2500, low: Thumbnail, original: Original10000, auto: Original10000)),
        ("gpt-5.6", Patches(high: Large2500, low: Thumbnail, original: Whole, auto: Whole)),
        ("gpt-6", Patches(high: Large2500, low: Thumbnail, original: Whole, auto: Whole)),
        ("gpt-5", Tiles(new(70, 140))),
        ("o1", Tiles(new(75, 150))),
        ("o3", Tiles(new(75, 150))),
        ("computer-use-preview", Tiles(new(65, 129))),
    ];

    /// <summary>The tokens of one image.</summary>
    /// <param name="model">Null = none was named.</param>
    /// <param name="size">Null = unknown: the most that an image can cost.</param>
    /// <param name="detail"><c>low</c>, <c>high</c>, <c>auto</c>, <c>original</c>; anything else, or null, counts as <c>auto</c>.</param>
    public static long Tokens(string? model, ImageSize? size, string? detail)
    {
        foreach (var (family, tokens) in Families)
        {
            if (model is not null && model.StartsWith(family, StringComparison.Ordinal))
            {
                return tokens(size, detail);
            }
        }

        return Gpt4o.Tokens(size, detail is "low");
    }

    private static Func<ImageSize?, string?, long> Tiles(TileCount tiles) => (size, detail) => tiles.Tokens(size, detail is "low");

    private static Func<ImageSize?, string?, long> Patches(PatchCount all) => (size, _) => all.Tokens(size);

    private static Func<ImageSize?, string?, long> Patches(PatchCount high, PatchCount low, PatchCount original, PatchCount auto) => (size, detail) => detail switch
    {
        "low" => low.Tokens(size),
        "high" => high.Tokens(size),
        "original" => original.Tokens(size),
        _ => auto.Tokens(size),
    };
}
