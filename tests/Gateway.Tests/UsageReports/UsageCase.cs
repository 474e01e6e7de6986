namespace Gateway.Tests.UsageReports;

/// <summary>A usage as a provider may report it: the JSON of each number, or of all of it; null where there is none.</summary>
/// <param name="Prompt">The JSON of the tokens of the prompt.</param>
/// <param name="Completion">The JSON of those of the answer.</param>
/// <param name="Cached">The JSON of those read from a cache, which OpenAI's prompt includes and Anthropic's does not.</param>
/// <param name="Whole">The JSON in place of the whole object; with <c>""</c> there is none.</param>
internal sealed record UsageCase(string? Prompt = "7", string? Completion = "8", string? Cached = null, string? Whole = null)
{
    // Further than any number of tokens, next to the ends of what is believed, and no numbers at all.
    private static readonly string?[] Numbers =
    [
        null, "0", "-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999999", "1000000000", "1000000001", "1.5", "8.0", "1e3", "1e400", "\"8\"", "\"many\"", "true",
        "null", "[8]", "{\"tokens\":8}",
    ];

    public static IReadOnlyList<UsageCase> All { get; } =
    [
        new UsageCase(),
        .. Numbers.Select(static number => new UsageCase(Prompt: number)),
        .. Numbers.Select(static number => new UsageCase(Completion: number)),
        .. Numbers.Select(static number => new UsageCase(Cached: number)),
        .. ((string[])["", "null", "7", "\"7\"", "[]", "{}", "true"]).Select(static whole => new UsageCase(Whole: whole)),
    ];

    /// <summary>A number or none as a property with a comma behind it.</summary>
    public static string Property(string name, string? number) => number is null ? "" : $"\"{name}\":{number},";
}
