using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Admin;

internal static class KeyEndpoints
{
    private const string Revoked = "The key is revoked already.";

    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapPost("/tenants/{id}/keys", IssueAsync).For(Role.Admin).Gives<KeyJson>(
            new AdminOperation("Makes a key.")
            {
                Body = BodySchemas.NewKey,
                Example = """{"name":"backend","role":"member","allowed_models":["gpt-4o*"],"allowed_ips":["192.0.2.0/24"]}""",
                Description = "The answer is the only one that shows the secret, as 'key'.",
            },
            StatusCodes.Status201Created);
        admin.MapGet("/tenants/{id}/keys", ListAsync).For(Role.Viewer).Gives<ListJson<KeyJson>>(
            new AdminOperation("Lists a tenant's keys.") { Parameters = AdminQueries.Page, Description = "Revoked and expired ones are among them." });
        admin.MapGet("/keys/{id}", GetAsync).For(Role.Viewer).Gives<KeyJson>(new AdminOperation("Shows a key, without its secret."));
        admin.MapPatch("/keys/{id}", UpdateAsync).For(Role.Admin).Gives<KeyJson>(new AdminOperation("Changes a key.")
        {
            Body = BodySchemas.KeyChange,
            Example = """{"name":"backend of the shop","expires_at":null}""",
            Conflict = Revoked,
            Description = "Fields that are absent stay as they are; null clears one that may be absent. Nobody changes a key whose role is above his own.",
        });
        admin.MapPost("/keys/{id}/rotate", RotateAsync).For(Role.Admin).Gives<KeyJson>(new AdminOperation("Gives a key another secret.")
        {
            Body = BodySchemas.Rotation,
            BodyMayBeAbsent = true,
            Example = """{"grace":"24h"}""",
            Conflict = Revoked,
            Description = "Its id stays. The answer is the only one that shows the new secret, as 'key'; the secret so far works until the grace is over.",
        });
        admin.MapDelete("/keys/{id}", RevokeAsync).For(Role.Admin).Gives<KeyJson>(
            new AdminOperation("Ends a key with all its secrets.") { Description = "Ending it twice is no error." });
    }

    private static async Task<IResult> IssueAsync(string id, HttpRequest request, TenantStore tenants, KeyStore keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var caller = AdminCaller.Of(request.HttpContext);
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !KeyBody.Read(fields, caller, time.GetUtcNow()).TryGet(out var draft, out error))
        {
            return new AdminError(error);
        }

        if (await caller.FindAsync(tenants, id, cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        return Show(await keys.IssueAsync(tenant.Id, draft, caller.Actor, cancellationToken), StatusCodes.Status201Created);
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

        if (await AdminCaller.Of(request.HttpContext).FindAsync(tenants, id, cancellationToken) is not { } tenant)
        {
            return new AdminError(GatewayError.NotFound("tenant", id));
        }

        var page = await keys.ListAsync(tenant.Id, cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<KeyJson>.Of(page.Items.Select(KeyJson.Of), page.Next), AdminJson.Default.KeyList);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, KeyStore keys, CancellationToken cancellationToken) =>
        await AdminCaller.Of(context).FindAsync(keys, id, cancellationToken) is { } key
            ? TypedResults.Json(KeyJson.Of(key), AdminJson.Default.KeyJson)
            : new AdminError(GatewayError.NotFound("key", id));

    private static async Task<IResult> UpdateAsync(string id, HttpRequest request, KeyStore keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var caller = AdminCaller.Of(request.HttpContext);
        var body = await AdminBody.ReadAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var error) || !KeyBody.ReadChange(fields, caller, time.GetUtcNow()).TryGet(out var change, out error))
        {
            return new AdminError(error);
        }

        return Show(await keys.UpdateAsync(new KeyId(id), KeyBody.RefuseFor(caller), change, caller.Actor, cancellationToken));
    }

    private static async Task<IResult> RotateAsync(string id, HttpRequest request, KeyStore keys, CancellationToken cancellationToken)
    {
        var caller = AdminCaller.Of(request.HttpContext);
        if (!(await AdminBody.ReadAsync(request, mayBeEmpty: true, cancellationToken)).TryGet(out var fields, out var error)
            || !KeyBody.ReadGrace(fields).TryGet(out var grace, out error))
        {
            return new AdminError(error);
        }

        var rotated = await keys.RotateAsync(new KeyId(id), KeyBody.RefuseFor(caller), grace, caller.Actor, cancellationToken);
        return rotated.TryGet(out var issued, out var refusal) ? Show(issued, StatusCodes.Status200OK) : new AdminError(refusal);
    }

    // Revoking twice is no error: the key ends, and stays ended.
    private static async Task<IResult> RevokeAsync(string id, HttpContext context, KeyStore keys, CancellationToken cancellationToken)
    {
        var caller = AdminCaller.Of(context);
        return Show(await keys.RevokeAsync(new KeyId(id), KeyBody.RefuseFor(caller), caller.Actor, cancellationToken));
    }

    private static IResult Show(Outcome<TenantKey> outcome) =>
        outcome.TryGet(out var key, out var error) ? TypedResults.Json(KeyJson.Of(key), AdminJson.Default.KeyJson) : new AdminError(error);

    /// <summary>The one answer that holds the secret.</summary>
    private static JsonHttpResult<KeyJson> Show(IssuedKey issued, int status) =>
        TypedResults.Json(KeyJson.Of(issued.Key) with { Key = issued.Secret }, AdminJson.Default.KeyJson, statusCode: status);
}
