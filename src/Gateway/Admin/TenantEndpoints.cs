using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

internal static class TenantEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapPost("/tenants", CreateAsync).For(Role.Owner).Gives<TenantJson>(
            new AdminOperation("Makes a tenant.") { Body = BodySchemas.NewTenant, Example = """{"name":"acme","tier":"tier-1","limits":{"requests_per_minute":300},"mode":"prepaid","monthly_budget":"500"}""" },
            StatusCodes.Status201Created);
        admin.MapGet("/tenants", ListAsync).For(Role.Viewer).Gives<ListJson<TenantJson>>(
            new AdminOperation("Lists tenants.") { Parameters = AdminQueries.Page, Description = "One whose role is below owner sees its own tenant alone." });
        admin.MapGet("/tenants/{id}", GetAsync).For(Role.Viewer).Gives<TenantJson>(new AdminOperation("Shows a tenant."));
        admin.MapPatch("/tenants/{id}", UpdateAsync).For(Role.Owner).Gives<TenantJson>(new AdminOperation("Changes a tenant.")
        {
            Body = BodySchemas.TenantChange,
            Example = """{"monthly_budget":"750.50","tier":null}""",
            Description = "Fields that are absent stay as they are; null clears one that may be absent, and sets the others to their default.",
        });
        admin.MapDelete("/tenants/{id}", DeleteAsync).For(Role.Owner).Gives<TenantJson>(
            new AdminOperation("Ends a tenant.") { Description = "All its keys end with it; its ledger rows stay." });
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, TenantStore tenants, CancellationToken cancellationToken)
    {
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !TenantBody.Read(fields).TryGet(out var draft, out error))
        {
            return new AdminError(error);
        }

        var tenant = await tenants.CreateAsync(draft, AdminCaller.Of(request.HttpContext).Actor, cancellationToken);
        return TypedResults.Json(TenantJson.Of(tenant), AdminJson.Default.TenantJson, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, TenantStore tenants, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var (limit, cursor) = (query.Limit(), query.IdCursor("ten_"));
        query.RefuseOthers();
        if (query.Error is { } error)
        {
            return new AdminError(error);
        }

        // Who has a tenant sees that one alone.
        if (AdminCaller.Of(request.HttpContext).Tenant is { } own)
        {
            var mine = cursor is null ? await tenants.FindAsync(own, cancellationToken) : null;
            return TypedResults.Json(ListJson<TenantJson>.Of(mine is null ? [] : [TenantJson.Of(mine)], null), AdminJson.Default.TenantList);
        }

        var page = await tenants.ListAsync(cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<TenantJson>.Of(page.Items.Select(TenantJson.Of), page.Next), AdminJson.Default.TenantList);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, TenantStore tenants, CancellationToken cancellationToken) =>
        Show(id, await AdminCaller.Of(context).FindAsync(tenants, id, cancellationToken));

    private static async Task<IResult> UpdateAsync(string id, HttpRequest request, TenantStore tenants, CancellationToken cancellationToken)
    {
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        return body.TryGet(out var fields, out var error) && TenantBody.ReadChange(fields).TryGet(out var change, out error)
            ? Show(id, await tenants.UpdateAsync(new TenantId(id), change, AdminCaller.Of(request.HttpContext).Actor, cancellationToken))
            : new AdminError(error);
    }

    // All its keys end with it; its rows stay.
    private static async Task<IResult> DeleteAsync(string id, HttpContext context, TenantStore tenants, CancellationToken cancellationToken) =>
        Show(id, await tenants.DeleteAsync(new TenantId(id), AdminCaller.Of(context).Actor, cancellationToken));

    private static IResult Show(string id, Tenant? tenant) => tenant is not null
        ? TypedResults.Json(TenantJson.Of(tenant), AdminJson.Default.TenantJson)
        : new AdminError(GatewayError.NotFound("tenant", id));
}
