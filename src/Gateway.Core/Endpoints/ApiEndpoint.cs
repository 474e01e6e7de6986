using System.Collections.Immutable;

namespace Gateway.Core.Endpoints;

/// <summary>The endpoints of the inference API. One more is one more line here.</summary>
public static class ApiEndpoint
{
    public static readonly IEndpoint ChatCompletions = new ChatCompletions();

    public static readonly IEndpoint Messages = new Messages(ChatCompletions);

    /// <summary><c>/v1/messages</c> as its tokens are counted, for which nobody is asked.</summary>
    public static readonly IEndpoint CountedMessages = new Messages(ChatCompletions, forCount: true);

    public static readonly IEndpoint Responses = new Responses();

    /// <summary>All that a client can call.</summary>
    public static readonly ImmutableArray<IEndpoint> All =
    [
        ChatCompletions,
        Messages,
        Responses,
    ];
}
