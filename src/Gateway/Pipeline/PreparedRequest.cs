using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Forwarding.Routing;

namespace Gateway.Pipeline;

/// <summary>A request that is understood, weighed and quoted, and not yet admitted.</summary>
/// <param name="Upstream">The request as the deployment that is to serve it gets it, and what it weighs there.</param>
/// <param name="Images">Its images, in order.</param>
/// <param name="Quote">What it may take there.</param>
/// <param name="MostCost">What it may cost at the dearest of all that may come to serve it.</param>
/// <param name="Fallbacks">The models that may serve it in its own one's place, in order.</param>
/// <param name="Others">Makes the request for any other deployment of those.</param>
internal sealed record PreparedRequest(
    Upstream Upstream, SizedImage[] Images, Quote Quote, Money MostCost, IReadOnlyList<ModelCard> Fallbacks, Func<ModelCard, Deployment, Outcome<Upstream>> Others)
{
    /// <summary>What was read of it, and what the model's card makes of its parameters.</summary>
    public RequestPlan Plan => Upstream.Plan;

    /// <summary>Who is to serve it.</summary>
    public Target Target => Upstream.Target;

    /// <summary>What it weighs there.</summary>
    public Measurement Measurement => Upstream.Measurement;

    public ParsedRequest Request => Plan.Request;
}
