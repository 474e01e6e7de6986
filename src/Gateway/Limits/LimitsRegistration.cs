using Gateway.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Limits;

internal static class LimitsRegistration
{
    /// <summary>Limits shared through Redis where <c>ConnectionStrings:Redis</c> is set, else of this process alone.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<LimitsOptions>, LimitsOptionsValidator>();
        services.AddOptions<LimitsOptions>().Bind(configuration.GetSection(LimitsOptions.Section)).ValidateOnStart();

        if (!services.TryAddRedis(configuration))
        {
            return services.AddSingleton<ILimiter, InMemoryLimiter>();
        }

        return services
            .AddSingleton(provider => new RedisOutage(
                provider.GetRequiredService<RedisConnection>().Endpoint,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RedisOutage>>()))
            .AddSingleton(provider => new RedisLimiter(
                provider.GetRequiredService<RedisConnection>(),
                provider.GetRequiredService<RedisOutage>(),
                TimeSpan.FromMilliseconds(provider.GetRequiredService<IOptions<LimitsOptions>>().Value.RedisTimeoutMs),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<ILimiter>(provider => provider.GetRequiredService<RedisLimiter>())
            .AddHostedService(provider => provider.GetRequiredService<RedisLimiter>());
    }
}
