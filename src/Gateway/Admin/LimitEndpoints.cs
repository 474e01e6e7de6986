using Gateway.Admin.Document;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Limits;

namespace Gateway.Admin;

internal static class LimitEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/limits", GetAsync).For(Role.Viewer).Gives<LimitsJson>(
        new AdminOperation("Shows which limits bind a key, and how much of each is used.") { Parameters = [AdminQueries.Required(AdminQueries.Key)] });

    private static async Task<IResult> GetAsync(
        HttpRequest request, KeyStore keys, TenantStore tenants, CatalogStore catalogs, ILimiter limiter, IFunds funds, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var id = query.Text("key");
        query.RefuseOthers();
        if ((query.Error ?? (id is null ? GatewayError.MissingParameter("key") : null)) is { } error)
        {
            return new AdminError(error);
        }

        if (await AdminCaller.Of(request.HttpContext).FindAsync(keys, id!, cancellationToken) is not { } key || await tenants.FindAsync(key.Tenant, cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("key", id!));
        }

        var caller = new Caller
        {
            Key = key.Id,
            Tenant = tenant.Id,
            Tier = tenant.Tier,
            TenantLimits = tenant.Limits,
            KeyLimits = key.Limits,
            Mode = tenant.Mode,
            TenantBudget = tenant.MonthlyBudget,
            KeyBudget = key.MonthlyBudget,
        };
        var scopes = caller.PlanUnder(catalogs.Current.Tier(tenant.Tier)).All();
        if (await limiter.ReadAsync(tenant.Id, scopes, cancellationToken) is not { } limits)
        {
            return new AdminError(GatewayError.LimiterUnavailable());
        }

        var money = await FundsUseJson.ReadAsync(funds, caller.FundsAt(time.GetUtcNow()).Bounds, cancellationToken);

        return TypedResults.Json(LimitsJson.Of(caller, limits, money), AdminJson.Default.LimitsJson);
    }
}
