using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Core.Dialects;

/// <summary>What one event of a provider's stream says that the gateway acts on. Ranges are offsets into its data.</summary>
public readonly record struct AnswerEvent
{
    /// <summary>Whether it can be read at all; else the stream is broken.</summary>
    public bool IsMalformed { get; init; }

    /// <summary>
    /// Whether nothing of the answer comes behind it. Where it <see cref="Passes"/> it is held back until the row is durable; else the
    /// endpoint's own end of a stream stands for it.
    /// </summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether it tells why the answer ended.</summary>
    public bool Finished { get; init; }

    /// <summary>Whether its data goes to the client as it is, but for <see cref="Model"/> and <see cref="Cut"/>.</summary>
    public bool Passes { get; init; }

    /// <summary>The event's name, of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, for an <c>event:</c> line; empty for none.</summary>
    public ByteRange Name { get; init; }

    /// <summary>Gives way to the client's own name of the model, a JSON string; empty where there is none.</summary>
    public ByteRange Model { get; init; }

    /// <summary>What the client did not ask for and does not get; empty for nothing. It does not overlap <see cref="Model"/>.</summary>
    public ByteRange Cut { get; init; }

    /// <summary>The usage so far, whole, in OpenAI's meaning; not judged yet. Null where the event tells none.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Text of the answer in it: content, refusals, reasoning, arguments of tool calls.</summary>
    public TextSize Text { get; init; }

    /// <summary>Whether it only announces an answer, of which nothing has come so far.</summary>
    public bool IsPreamble { get; init; }

    /// <summary>Whether the answer says itself that it failed: its last event goes to the client, and it is a failure all the same.</summary>
    public bool HasFailed { get; init; }

    /// <summary>What the provider stores of the answer, if it stores it, as far as the event tells; or null.</summary>
    public StoredOutput? Stored { get; init; }

    /// <summary>The error that it is, or null.</summary>
    public UpstreamRefusal? Error { get; init; }
}
