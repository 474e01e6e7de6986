namespace Gateway.Core.Dialects.Gemini;

/// <summary>What a model's name tells of the generation that it is of, where generations want different words.</summary>
internal static class GeminiModelName
{
    private const string Family = "gemini-";

    /// <summary>
    /// Whether thinking is set by level and calls must carry their thought signature, as from the third generation on; earlier ones take a
    /// budget of tokens. A name without a number, such as <c>gemini-flash-latest</c>, is of the newest.
    /// </summary>
    public static bool ThinksByLevel(string model)
    {
        var at = model.IndexOf(Family, StringComparison.OrdinalIgnoreCase);
        var digit = at + Family.Length;
        return at < 0 || digit >= model.Length || !char.IsAsciiDigit(model[digit])
            || model[digit] >= '3' || (digit + 1 < model.Length && char.IsAsciiDigit(model[digit + 1]));
    }

    /// <summary>Whether it is of the line that knows no minimal thinking.</summary>
    public static bool IsPro(string model) => model.Contains("-pro", StringComparison.OrdinalIgnoreCase);
}
