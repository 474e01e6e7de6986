using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>One part of what a candidate says. Ranges are offsets into the answer's JSON; texts are the inside of their strings.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The text; the data of a picture; the arguments of a call, an object, empty where it has none.</param>
internal readonly record struct GeminiAnswerPart(GeminiAnswerPart.Kinds Kind, ByteRange Value)
{
    public enum Kinds
    {
        /// <summary>Nothing that is passed on.</summary>
        Other,
        Text,
        Thought,
        Call,
        Image,
    }

    /// <summary>A call's name, or a picture's media type.</summary>
    public ByteRange Name { get; init; }

    /// <summary>A call's id; empty where it has none.</summary>
    public ByteRange Id { get; init; }

    /// <summary>What must come back with the part; empty where it is not signed.</summary>
    public ByteRange Signature { get; init; }
}
