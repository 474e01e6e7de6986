namespace Gateway.Core.Dialects.Anthropic;

/// <summary>Who speaks in a chat message, as far as it matters here.</summary>
internal enum AnthropicRole
{
    /// <summary>System or developer: what the API takes apart from the turns.</summary>
    System,
    User,
    Assistant,

    /// <summary>What a tool gave: in the API a block of the user's turn.</summary>
    Tool,
}
