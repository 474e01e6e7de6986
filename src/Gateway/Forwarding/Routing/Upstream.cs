using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;

namespace Gateway.Forwarding.Routing;

/// <summary>A request as one deployment gets it.</summary>
/// <param name="Target">The card and the deployment, and the price that applies where it serves.</param>
/// <param name="Plan">What the card makes of the request's parameters.</param>
/// <param name="Body">The bytes to send.</param>
/// <param name="Measurement">What it weighs as this deployment's model counts.</param>
internal sealed record Upstream(Target Target, RequestPlan Plan, SplicedBody Body, Measurement Measurement);
