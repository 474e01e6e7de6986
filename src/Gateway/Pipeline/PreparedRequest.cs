using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;

namespace Gateway.Pipeline;

/// <summary>A request that is understood, weighed and quoted, and not yet admitted.</summary>
/// <param name="Plan">What was read of it, and what the model's card makes of its parameters.</param>
/// <param name="Target">Who is to serve it.</param>
/// <param name="Images">Its images, in order.</param>
/// <param name="Measurement">What it weighs there.</param>
/// <param name="Quote">What it may take.</param>
internal sealed record PreparedRequest(RequestPlan Plan, Target Target, SizedImage[] Images, Measurement Measurement, Quote Quote)
{
    public ParsedRequest Request => Plan.Request;
}
