namespace Gateway.Core.Requests.Messages;

/// <summary>What the gateway knows of a body of the Messages API after one pass over its bytes.</summary>
public sealed record MessagesRequest : ParsedRequest
{
    /// <summary>Where each of <see cref="ParsedRequest.Images"/> is written, in the same order.</summary>
    public IReadOnlyList<MessagesImage> Sources { get; init; } = [];

    /// <summary>Where the first mark is that asks for a cache of other than five minutes, or null.</summary>
    public string? LongLivedCache { get; init; }

    /// <summary>Whether the client asks for thoughts.</summary>
    public bool WantsThinking { get; init; }
}
