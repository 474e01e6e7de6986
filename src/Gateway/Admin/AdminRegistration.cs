using Microsoft.Extensions.Options;

namespace Gateway.Admin;

internal static class AdminRegistration
{
    /// <summary>After the keys, the ledger, the catalog and the limits, which it works on.</summary>
    public static IServiceCollection AddAdmin(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        services.AddOptions<AdminOptions>()
            .Configure(options => options.AdminKey = configuration[AdminOptions.AdminKeyKey] is { Length: > 0 } key ? key : null)
            .ValidateOnStart();
        services.AddSingleton<AdminAuthorization>();
        return services;
    }

    public static IEndpointRouteBuilder MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var admin = endpoints.MapGroup("/admin/v1");

        // Looked up by the request: options are checked when the host starts, not while it is put together.
        admin.AddEndpointFilter((context, next) => context.HttpContext.RequestServices.GetRequiredService<AdminAuthorization>().InvokeAsync(context, next));
        TenantEndpoints.Map(admin);
        KeyEndpoints.Map(admin);
        CreditEndpoints.Map(admin);
        LedgerEndpoints.Map(admin);
        UsageEndpoints.Map(admin);
        LimitEndpoints.Map(admin);
        ProviderEndpoints.Map(admin);
        AuditEndpoints.Map(admin);
        return endpoints;
    }
}
