using Gateway.Core.Errors;

namespace Gateway.Core.Requests;

/// <summary>
/// A message's own <c>image</c> field, which OpenAI does not have and some clients send. A model card may accept it; then it becomes a
/// part of the message's content, and the image is counted as any other.
/// </summary>
public sealed record ImageField
{
    /// <summary>Index of its message.</summary>
    public required int Message { get; init; }

    /// <summary>Index of its image among the request's images.</summary>
    public required int Image { get; init; }

    /// <summary>The field, name and value.</summary>
    public required ByteRange Property { get; init; }

    /// <summary>The value of <c>detail</c> in it, quotes included; empty where absent.</summary>
    public ByteRange Detail { get; init; }

    /// <summary>The value of the message's <c>content</c>; empty where absent.</summary>
    public ByteRange Content { get; init; }

    /// <summary>What is wrong with the field, for a card that accepts it; null where nothing is.</summary>
    public GatewayError? Problem { get; init; }

    /// <summary>Its path in the body: <c>messages[0].image</c>.</summary>
    public string Path => $"messages[{Message}].image";
}
