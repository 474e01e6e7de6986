using Gateway.Simulator.Answers;

namespace Gateway.Simulator.OpenAi;

/// <summary>What an answer depends on in a request to the Responses API.</summary>
internal sealed class ResponsesRequest : Conversation
{
    /// <summary>Whether the response can be asked for later.</summary>
    public bool Store { get; set; } = true;

    public string? PreviousResponseId { get; set; }

    /// <summary>Ids of stored items that the input refers to.</summary>
    public List<string> References { get; } = [];

    /// <summary>The input's items as JSON, a text alone as the message that it stands for.</summary>
    public List<string> Items { get; } = [];

    /// <summary>The last user message's content as JSON.</summary>
    public string LastUserContent { get; set; } = "";

    /// <summary>Fields of the request that the response repeats, as JSON by name.</summary>
    public Dictionary<string, string> Echo { get; } = new(StringComparer.Ordinal);
}
