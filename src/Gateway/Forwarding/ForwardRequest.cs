using Gateway.Core.Callers;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Forwarding;

/// <summary>What is to be sent, to whom, and how its answer is to be handled.</summary>
internal sealed class ForwardRequest
{
    public required string RequestId { get; init; }

    public required Target Target { get; init; }

    public required SplicedBody Body { get; init; }

    public required bool Stream { get; init; }

    /// <summary>Whether the client did not ask for the usage that its stream carries.</summary>
    public required bool HideUsage { get; init; }

    /// <summary>What becomes of the upstream where the client leaves.</summary>
    public required DisconnectPolicy Disconnect { get; init; }

    /// <summary>The completion tokens up to which the provider's usage is believed.</summary>
    public required long MostCompletion { get; init; }

    /// <summary>When the request arrived, as a timestamp of the clock.</summary>
    public required long Arrived { get; init; }

    /// <summary>Where the answer is kept as it goes by, whether or not the client stays; null where nobody will ask for it again.</summary>
    public required AnswerCopy? Copy { get; init; }

    /// <summary>Tells that nobody sends the body's bytes any more; called at least once, as soon as that is so.</summary>
    public required Action ReleaseBody { get; init; }
}
