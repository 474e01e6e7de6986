using System.Text.Json;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Gemini;

/// <summary>What an answer depends on in a request to generate content.</summary>
internal sealed class GenerateRequest : Conversation
{
    /// <summary>The parts of the last user content that has text.</summary>
    public JsonElement? LastUserParts { get; set; }

    /// <summary>Of the prompt's tokens, the images'.</summary>
    public long ImageTokens { get; set; }

    /// <summary>The third generation gives its calls identifiers, and wants its signatures back.</summary>
    public bool IsThirdGeneration => Model?.StartsWith("gemini-3", StringComparison.Ordinal) == true;
}
