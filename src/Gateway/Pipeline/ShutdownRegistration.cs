using Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

internal static class ShutdownRegistration
{
    /// <summary>The gateway's end, and the host's patience with it.</summary>
    public static IServiceCollection AddShutdown(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ShutdownOptions>().Bind(configuration.GetSection(ShutdownOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>();
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>(
            static (host, shutdown) => host.ShutdownTimeout = shutdown.Value.Delay + shutdown.Value.Grace + (2 * ShutdownOptions.Settling));
        services.AddSingleton<Drain>();
        services.AddHostedService(static provider =>
        {
            var drain = provider.GetRequiredService<Drain>();
            provider.GetRequiredService<GatewayMetrics>().ObserveRunning(() => drain.Running);
            return drain;
        });
        return services;
    }
}
