namespace Gateway.Testing.Soak;

/// <summary>What clients ask, at random.</summary>
internal static class SoakDrafts
{
    /// <summary>Quick answers, for as many as possible.</summary>
    public static SoakRequest Quick(Random random, string tag, SoakTenant tenant) =>
        new(tag, tenant, SoakCatalog.Fast, Stream: random.Next(2) == 0, MaxTokens: random.Next(4, 20), Leaves: false);

    /// <summary>Four cents each.</summary>
    public static SoakRequest Flat(Random random, string tag, SoakTenant tenant) =>
        new(tag, tenant, SoakCatalog.Flat, Stream: random.Next(2) == 0, MaxTokens: 4, Leaves: false);

    /// <summary>Of everything, with much under way at any time; a few clients leave, a few providers fall silent.</summary>
    public static SoakRequest Mixed(Random random, string tag, SoakTenant tenant) => random.Next(100) switch
    {
        < 3 => new(tag, tenant, SoakCatalog.Stuck, Stream: true, MaxTokens: 24, Leaves: false),
        < 10 => new(tag, tenant, SoakCatalog.Paced, Stream: true, MaxTokens: 24, Leaves: true),
        < 20 => Flat(random, tag, tenant),
        < 40 => Quick(random, tag, tenant),
        _ => new(tag, tenant, SoakCatalog.Paced, Stream: random.Next(3) > 0, MaxTokens: random.Next(8, 30), Leaves: false),
    };
}
