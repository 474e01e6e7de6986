using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Catalog;

/// <summary>Readiness: a catalog is in force, or the process would not have started. Degraded while the file is not the one in force, as it was refused or cannot be read.</summary>
internal sealed class CatalogHealth(CatalogStore catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(catalog.IsStale ? HealthCheckResult.Degraded("The catalog's file is refused or cannot be read; an earlier one is in force.") : HealthCheckResult.Healthy());
}
