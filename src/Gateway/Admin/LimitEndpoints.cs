using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Limits;

namespace Gateway.Admin;

internal static class LimitEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/limits", GetAsync);

    private static async Task<IResult> GetAsync(
        HttpRequest request, KeyStore keys, TenantStore tenants, CatalogStore catalogs, ILimiter limiter, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var id = query.Text("key");
        query.RefuseOthers();
        if ((query.Error ?? (id is null ? GatewayError.MissingParameter("key") : null)) is { } error)
        {
            return new AdminError(error);
        }

        if (await keys.FindAsync(new KeyId(id!), cancellationToken) is not { } key || await tenants.FindAsync(key.Tenant, cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("key", id!));
        }

        var caller = new Caller { Key = key.Id, Tenant = tenant.Id, Tier = tenant.Tier, TenantLimits = tenant.Limits, KeyLimits = key.Limits };
        var scopes = caller.PlanUnder(catalogs.Current.Tier(tenant.Tier)).All();
        return await limiter.ReadAsync(tenant.Id, scopes, cancellationToken) is { } limits
            ? TypedResults.Json(LimitsJson.Of(caller, limits), AdminJson.Default.LimitsJson)
            : new AdminError(GatewayError.LimiterUnavailable());
    }
}
