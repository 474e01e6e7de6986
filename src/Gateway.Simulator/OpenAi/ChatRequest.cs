using Gateway.Simulator.Answers;

namespace Gateway.Simulator.OpenAi;

/// <summary>What an answer depends on in a chat request.</summary>
internal sealed class ChatRequest : Conversation
{
    public bool IncludeUsage { get; set; }

    /// <summary>Where the content of the last user message lies in the body.</summary>
    public Range LastUserContent { get; set; }
}
