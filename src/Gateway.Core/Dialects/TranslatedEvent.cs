using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects;

/// <summary>What one event of a provider's stream says that the gateway acts on.</summary>
public readonly record struct TranslatedEvent
{
    /// <summary>Whether it can be read at all; else the stream is broken.</summary>
    public bool IsMalformed { get; init; }

    /// <summary>Whether nothing of the answer comes behind it.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether it tells why the answer ended.</summary>
    public bool Finished { get; init; }

    /// <summary>The usage so far, whole, in OpenAI's meaning; not judged yet. Null where the event tells none.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Text of the answer in it: content, refusals, reasoning, arguments of tool calls.</summary>
    public TextSize Text { get; init; }

    /// <summary>The error that it is, or null.</summary>
    public UpstreamRefusal? Error { get; init; }
}
