namespace Gateway.Catalog.Reading;

/// <summary>One reason why a catalog is refused: where, and what to write instead. Never holds a secret.</summary>
/// <param name="Path">Such as <c>models.gpt-4o.prices[0].input</c>; empty for the file as a whole.</param>
/// <param name="Line">Counted from 1, where it is known.</param>
/// <param name="Message">The value and the fix.</param>
internal sealed record CatalogProblem(string Path, int? Line, string Message)
{
    public override string ToString() => (Path, Line) switch
    {
        ("", null) => Message,
        ("", { } line) => $"line {line}: {Message}",
        (_, null) => $"{Path}: {Message}",
        (_, { } line) => $"{Path} (line {line}): {Message}",
    };
}
