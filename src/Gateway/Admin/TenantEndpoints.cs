using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

internal static class TenantEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapPost("/tenants", CreateAsync);
        admin.MapGet("/tenants", ListAsync);
        admin.MapGet("/tenants/{id}", GetAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, TenantStore tenants, CancellationToken cancellationToken)
    {
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !TenantBody.Read(fields).TryGet(out var draft, out error))
        {
            return new AdminError(error);
        }

        var tenant = await tenants.CreateAsync(draft, cancellationToken);
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

        var page = await tenants.ListAsync(cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<TenantJson>.Of(page.Items.Select(TenantJson.Of), page.Next), AdminJson.Default.TenantList);
    }

    private static async Task<IResult> GetAsync(string id, TenantStore tenants, CancellationToken cancellationToken) =>
        await tenants.FindAsync(new TenantId(id), cancellationToken) is { } tenant
            ? TypedResults.Json(TenantJson.Of(tenant), AdminJson.Default.TenantJson)
            : new AdminError(GatewayError.NotFound("tenant", id));
}
