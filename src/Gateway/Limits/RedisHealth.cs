using Gateway.Core.Admission;
using Gateway.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Limits;

/// <summary>Readiness: limits are shared through Redis. While they are not, a node whose policy lets requests in without it keeps them, and is degraded.</summary>
internal sealed class RedisHealth(RedisConnection redis, RedisOutage outage, Func<RedisDownPolicy> whenDown) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        redis.IsConnected && !outage.IsDown ? HealthCheckResult.Healthy()
        : whenDown() == RedisDownPolicy.Refuse ? HealthCheckResult.Unhealthy($"Redis at {redis.Endpoint} does not answer, and requests under a limit are refused without it.")
        : HealthCheckResult.Degraded($"Redis at {redis.Endpoint} does not answer."));
}
