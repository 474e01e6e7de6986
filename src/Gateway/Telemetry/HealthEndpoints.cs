using Gateway.Telemetry.Prometheus;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Telemetry;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can also reach what it stands on, and is not being stopped.
/// <c>/metrics</c>: how it fares. The bodies of the first two tell names and states alone, never an address or a reason: whoever can reach the port can ask.
/// </summary>
internal static class HealthEndpoints
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        var readiness = endpoints.ServiceProvider.GetRequiredService<Readiness>();
        endpoints.MapMethods("/health/live", read, static (HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, new HealthJson("live", null)));
        endpoints.MapMethods("/health/ready", read, (HttpContext context) => ReadyAsync(context, readiness));
        endpoints.MapGet(MetricsEndpoint.Path, (RequestDelegate)endpoints.ServiceProvider.GetRequiredService<MetricsEndpoint>().WriteAsync);
        return endpoints;
    }

    private static async Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        if (readiness.IsLeaving)
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new HealthJson("stopping", null));
            return;
        }

        var report = await readiness.ReadAsync();
        var (status, word) = report?.Status switch
        {
            HealthStatus.Healthy => (StatusCodes.Status200OK, "ready"),
            HealthStatus.Degraded => (StatusCodes.Status200OK, "degraded"),
            HealthStatus.Unhealthy => (StatusCodes.Status503ServiceUnavailable, "unready"),
            _ => (StatusCodes.Status503ServiceUnavailable, "timed_out"),
        };
        var checks = report?.Entries.OrderBy(static check => check.Key, StringComparer.Ordinal).ToDictionary(
            static check => check.Key, static check => check.Value.Status switch { HealthStatus.Healthy => "ok", HealthStatus.Degraded => "degraded", _ => "failed" });
        await WriteAsync(context, status, new HealthJson(word, checks));
    }

    private static Task WriteAsync(HttpContext context, int status, HealthJson body)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, HealthJsonContext.Default.HealthJson, contentType: null, CancellationToken.None);
    }
}
