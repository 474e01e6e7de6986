using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Callers;
using Gateway.Core.Dialects;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Forwarding.Routing;

namespace Gateway.Forwarding;

/// <summary>What is to be sent, to whom first, to whom else, and how its answer is to be handled.</summary>
internal sealed class ForwardRequest
{
    private Upstream? _current;

    public required string RequestId { get; init; }

    /// <summary>What was called.</summary>
    public required IEndpoint Endpoint { get; init; }

    /// <summary>The request as the deployment that it was quoted for gets it.</summary>
    public required Upstream First { get; init; }

    /// <summary>The models asked once no deployment of the first one serves, in order.</summary>
    public IReadOnlyList<ModelCard> Fallbacks { get; init; } = [];

    /// <summary>Makes the request for another deployment, while the body is held; a refusal where that one cannot take it.</summary>
    public required Func<ModelCard, Deployment, Outcome<Upstream>> Prepare { get; init; }

    /// <summary>What was read of it.</summary>
    public required ParsedRequest Parsed { get; init; }

    public bool Stream => Parsed.Stream;

    /// <summary>What becomes of the upstream where the client leaves.</summary>
    public required DisconnectPolicy Disconnect { get; init; }

    /// <summary>When the request arrived, as a timestamp of the clock.</summary>
    public required long Arrived { get; init; }

    /// <summary>Where the answer is kept as it goes by, whether or not the client stays; null where nobody will ask for it again.</summary>
    public required AnswerCopy? Copy { get; init; }

    /// <summary>Tells that nobody sends the body's bytes any more, and whose answer it is; called at least once, as soon as that is so.</summary>
    public required Action<Deployment> Release { get; init; }

    /// <summary>The attempt under way; afterwards the one whose answer or error the client gets.</summary>
    public Upstream Current => _current ?? First;

    public Target Target => Current.Target;

    public SplicedBody Body => Current.Body;

    /// <summary>The way there and back of the attempt under way.</summary>
    public IPassage Passage => Endpoint.PassageTo(Target.Deployment.Provider.Dialect)!; // Nothing is prepared for a dialect that cannot serve.

    /// <summary>The completion tokens up to which the provider's usage is believed.</summary>
    public long MostCompletion => UsageJudge.MostCompletion(Current.Plan.AllowedCompletion, Current.Plan.N);

    /// <summary>Signs the attempt under way; null where the provider needs none.</summary>
    public ProviderCredential? Credential { get; set; }

    /// <summary>What was spent on providers so far, waits before retries among it.</summary>
    public TimeSpan Spent { get; set; }

    /// <summary>Called as an answer begins, while the attempt is its deployment's probe.</summary>
    public Action? OnAnswer { get; set; }

    /// <summary>Called as soon as an answer has begun: from then on nobody else is asked.</summary>
    public void ReleaseBody()
    {
        OnAnswer?.Invoke();
        Release(Target.Deployment);
    }

    /// <summary>Makes a deployment the one that is asked now.</summary>
    public bool TryAsk(ModelCard card, Deployment deployment, [NotNullWhen(false)] out GatewayError? unfit)
    {
        unfit = null;
        if (ReferenceEquals(deployment, First.Target.Deployment))
        {
            _current = First;
            return true;
        }

        if (!Prepare(card, deployment).TryGet(out var upstream, out unfit))
        {
            return false;
        }

        _current = upstream;
        return true;
    }

    /// <summary>Goes back to an earlier attempt, whose error is the one to tell.</summary>
    public void Settle(Upstream upstream) => _current = upstream;
}
