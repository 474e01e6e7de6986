using System.Text.Json;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// The thought signature of a part, which must come back as it was given. It travels where Google's own OpenAI-compatible endpoint has it:
/// <c>extra_content.google.thought_signature</c>, of a tool call or of the message (ai.google.dev/gemini-api/docs/thought-signatures).
/// </summary>
internal static class GeminiRequestSignature
{
    /// <summary>Stands for the signature of a call that was not made by this model, or whose signature the client lost; the API knows the word.</summary>
    public static ReadOnlySpan<byte> Unknown => "\"skip_thought_signature_validator\""u8;

    /// <param name="extra">The value of <c>extra_content</c>, or nothing.</param>
    /// <returns>The signature as a JSON string, or nothing.</returns>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> extra)
    {
        var found = GeminiRequestJson.Find(GeminiRequestJson.Find(extra, "google"u8), "thought_signature"u8);
        return GeminiRequestJson.KindOf(found.Span) == JsonTokenType.String && found.Length > 2 ? found : default;
    }
}
