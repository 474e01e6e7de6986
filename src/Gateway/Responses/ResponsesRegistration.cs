namespace Gateway.Responses;

internal static class ResponsesRegistration
{
    public static IServiceCollection AddStoredResponses(this IServiceCollection services)
    {
        services.AddSingleton<ResponseStore>();
        services.AddSingleton<ResponseSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ResponseSweeper>());
        return services;
    }
}
