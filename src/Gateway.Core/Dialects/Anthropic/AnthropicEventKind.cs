namespace Gateway.Core.Dialects.Anthropic;

/// <summary>The events of a stream that say something; of all others nothing is to be done.</summary>
internal enum AnthropicEventKind
{
    /// <summary><c>ping</c>, and what later versions of the API may add.</summary>
    Other,
    MessageStart,
    BlockStart,
    BlockDelta,
    BlockStop,
    MessageDelta,
    MessageStop,
    Error,
}
