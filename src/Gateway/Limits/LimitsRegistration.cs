using Gateway.Core.Admission;
using Gateway.Storage;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Gateway.Limits;

internal static class LimitsRegistration
{
    /// <summary>Limits shared through Redis where <c>ConnectionStrings:Redis</c> is set, else of this process alone.</summary>
    /// <param name="whenRedisIsDown">The policy in force, asked anew by each request that needs one.</param>
    public static IServiceCollection AddLimits(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<RedisDownPolicy>> whenRedisIsDown)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<LimitsOptions>, LimitsOptionsValidator>();
        services.AddOptions<LimitsOptions>().Bind(configuration.GetSection(LimitsOptions.Section)).ValidateOnStart();
        services.AddSingleton<InMemoryLimiter>();

        if (!services.TryAddRedis(configuration))
        {
            return services.AddSingleton<ILimiter>(static provider => provider.GetRequiredService<InMemoryLimiter>());
        }

        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "redis",
            provider => new RedisHealth(provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<RedisOutage>(), whenRedisIsDown(provider)),
            failureStatus: null,
            tags: [StorageRegistration.Ready]));
        return services
            .AddSingleton(static provider =>
            {
                var outage = new RedisOutage(
                    provider.GetRequiredService<RedisConnection>().Endpoint,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<RedisOutage>>());
                provider.GetRequiredService<GatewayMetrics>().ObserveRedisOutage(() => outage.IsDown);
                return outage;
            })
            .AddSingleton(static provider => new RedisCalls(
                provider.GetRequiredService<RedisConnection>(),
                provider.GetRequiredService<RedisOutage>(),
                TimeSpan.FromMilliseconds(provider.GetRequiredService<IOptions<LimitsOptions>>().Value.RedisTimeoutMs),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<RunningRequests>()
            .AddSingleton<PendingSettlements>()
            .AddSingleton(static provider => new RedisLimiter(
                provider.GetRequiredService<RedisCalls>(),
                provider.GetRequiredService<RunningRequests>(),
                provider.GetRequiredService<PendingSettlements>(),
                provider.GetRequiredService<InMemoryLimiter>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<NodeCount>()
            .AddSingleton<LocalShare>()
            .AddSingleton<ILimiter>(provider => new SharedLimiter(
                provider.GetRequiredService<RedisLimiter>(),
                provider.GetRequiredService<LocalShare>(),
                provider.GetRequiredService<RedisCalls>(),
                whenRedisIsDown(provider)))
            .AddHostedService<RedisKeeper>();
    }
}
