using System.Text.Json;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Anthropic;

/// <summary>What an answer depends on in a request for a message.</summary>
internal sealed class MessageRequest : Conversation
{
    /// <summary>The content of the last user message that has text.</summary>
    public JsonElement? LastUserContent { get; set; }

    /// <summary>The first of the sequences at which the answer is to stop; none is looked for.</summary>
    public string? StopSequence { get; set; }
}
