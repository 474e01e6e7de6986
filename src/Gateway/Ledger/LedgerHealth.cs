using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Ledger;

/// <summary>Readiness: the row of a new request could be made durable.</summary>
internal sealed class LedgerHealth(LedgerWriter writer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(writer.IsDown ? HealthCheckResult.Unhealthy("New requests are refused, as their ledger rows could not be written.") : HealthCheckResult.Healthy());
}
