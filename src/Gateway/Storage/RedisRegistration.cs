using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Gateway.Storage;

internal static class RedisRegistration
{
    private const string Key = "ConnectionStrings:Redis";

    /// <summary>Registers the <see cref="RedisConnection"/> once; false where <c>ConnectionStrings:Redis</c> is not set.</summary>
    /// <exception cref="OptionsValidationException">The setting cannot be read. The message does not repeat it: it may hold a password.</exception>
    public static bool TryAddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        var setting = configuration[Key];
        if (string.IsNullOrWhiteSpace(setting))
        {
            return false;
        }

        var options = Parse(setting);
        if (services.All(service => service.ServiceType != typeof(RedisConnection)))
        {
            services.AddSingleton(provider => new RedisConnection(options, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ChangeBell>();
        }

        return true;
    }

    private static ConfigurationOptions Parse(string setting)
    {
        if (setting.Contains("://", StringComparison.Ordinal))
        {
            throw Invalid("it is a URL");
        }

        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(setting);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw Invalid(e is ArgumentException { ParamName: { Length: > 0 } name } ? $"'{name}' is not understood" : "it is not understood");
        }

        if (options.EndPoints.Count == 0)
        {
            throw Invalid("it names no server");
        }

        // An unreachable Redis must not stop the start: readiness reports it, and the connection comes up by itself.
        options.AbortOnConnectFail = false;
        options.ClientName ??= "gateway";
        return options;
    }

    private static OptionsValidationException Invalid(string why) => new(Key, typeof(ConfigurationOptions),
        [$"{Key} cannot be used: {why}. Set it as host:port[,host:port][,password=...][,ssl=true], as in localhost:6379."]);
}
