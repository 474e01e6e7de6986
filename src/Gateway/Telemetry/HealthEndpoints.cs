using Gateway.Telemetry.Prometheus;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Gateway.Telemetry;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can also reach what it stands on. <c>/metrics</c>: how it fares.</summary>
internal static class HealthEndpoints
{
    private const string Ready = "ready";

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) });
        endpoints.MapGet(MetricsEndpoint.Path, (RequestDelegate)endpoints.ServiceProvider.GetRequiredService<MetricsEndpoint>().WriteAsync);
        return endpoints;
    }
}
