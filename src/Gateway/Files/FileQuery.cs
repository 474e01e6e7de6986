namespace Gateway.Files;

/// <summary>Which files of a tenant to list.</summary>
/// <param name="After">A well-formed id behind which the list goes on, whether its file is still there or not; null = from the first.</param>
/// <param name="Limit">The most files, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="NewestFirst">The order, by the time of making.</param>
/// <param name="Purpose">Of this purpose alone; null = of any.</param>
internal sealed record FileQuery(string? After, int Limit, bool NewestFirst, FilePurpose? Purpose)
{
    public const int MaxLimit = 10_000;
}
