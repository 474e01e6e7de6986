using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;

namespace Gateway.Admin;

internal static class KeyEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapPost("/tenants/{id}/keys", IssueAsync);
        admin.MapGet("/tenants/{id}/keys", ListAsync);
        admin.MapDelete("/keys/{id}", RevokeAsync);
    }

    private static async Task<IResult> IssueAsync(string id, HttpRequest request, TenantStore tenants, KeyStore keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !KeyBody.Read(fields, time.GetUtcNow()).TryGet(out var draft, out error))
        {
            return new AdminError(error);
        }

        if (await tenants.FindAsync(new TenantId(id), cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        var issued = await keys.IssueAsync(tenant.Id, draft, cancellationToken);
        return TypedResults.Json(KeyJson.Of(issued.Key) with { Key = issued.Secret }, AdminJson.Default.KeyJson, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(string id, HttpRequest request, TenantStore tenants, KeyStore keys, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var (limit, cursor) = (query.Limit(), query.IdCursor("key_"));
        query.RefuseOthers();
        if (query.Error is { } error)
        {
            return new AdminError(error);
        }

        if (await tenants.FindAsync(new TenantId(id), cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        var page = await keys.ListAsync(tenant.Id, cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<KeyJson>.Of(page.Items.Select(KeyJson.Of), page.Next), AdminJson.Default.KeyList);
    }

    // Revoking twice is no error: the key ends, and stays ended.
    private static async Task<IResult> RevokeAsync(string id, KeyStore keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(new KeyId(id), cancellationToken) is { } key
            ? TypedResults.Json(KeyJson.Of(key), AdminJson.Default.KeyJson)
            : new AdminError(GatewayError.NotFound("key", id));
}
