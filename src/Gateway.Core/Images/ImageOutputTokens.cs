namespace Gateway.Core.Images;

/// <summary>
/// The tokens of one picture that GPT Image 1 makes, by its size and quality. Source: OpenAI's guide "Image generation", section on cost and latency.
/// </summary>
public static class ImageOutputTokens
{
    /// <param name="size"><c>1024x1024</c>, <c>1024x1536</c>, <c>1536x1024</c>; anything else, or null, leaves the choice to the model: the dearest.</param>
    /// <param name="quality"><c>low</c>, <c>medium</c>, <c>high</c>; anything else, or null, likewise.</param>
    public static long Most(string? size, string? quality) => (quality, size) switch
    {
        ("low", "1024x1024") => 272,
        ("low", "1536x1024") => 400,
        ("low", _) => 408,
        ("medium", "1024x1024") => 1056,
        ("medium", "1536x1024") => 1568,
        ("medium", _) => 1584,
        (_, "1024x1024") => 4160,
        (_, "1536x1024") => 6208,
        _ => 6240,
    };
}
