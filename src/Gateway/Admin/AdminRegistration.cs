using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Admin.Document;
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

        // The document's schemas go by these; answers are written by AdminJson, which says the same.
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(AdminDocument.Name, DocumentShape.Apply);
        services.AddSingleton<AdminDocument>();
        return services;
    }

    public static IEndpointRouteBuilder MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var all = endpoints.MapGroup("/admin");

        // Looked up by the request: options are checked when the host starts, not while it is put together.
        all.AddEndpointFilter((context, next) => context.HttpContext.RequestServices.GetRequiredService<AdminAuthorization>().InvokeAsync(context, next));
        AdminDocument.Map(all);
        var admin = all.MapGroup("/v1");
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
