using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Storage;

/// <summary>Readiness: Redis is connected.</summary>
internal sealed class RedisHealth(RedisConnection redis) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(redis.IsConnected ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Redis at {redis.Endpoint} is not connected."));
}
