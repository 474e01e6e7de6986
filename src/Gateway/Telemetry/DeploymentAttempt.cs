using Gateway.Core.Models;

namespace Gateway.Telemetry;

/// <summary>One request to a provider, as it ended.</summary>
/// <param name="Operation">As the GenAI conventions name it.</param>
/// <param name="Target">Who was asked.</param>
/// <param name="Verdict">What came of it: one of a few words.</param>
/// <param name="Failed">Whether that is an error.</param>
/// <param name="IsRetry">Whether another attempt for the same request failed before.</param>
/// <param name="Took">From sending it to the end of its answer.</param>
internal sealed record DeploymentAttempt(string Operation, Target Target, string Verdict, bool Failed, bool IsRetry, TimeSpan Took) : ITelemetryFact
{
    public void Tell(GatewayMetrics metrics, RequestLog log) => metrics.DeploymentAttempted(this);
}
