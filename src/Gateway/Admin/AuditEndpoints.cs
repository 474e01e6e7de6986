using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Storage;

namespace Gateway.Admin;

/// <summary>Who changed what, newest first.</summary>
internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/audit", ListAsync).For(Role.Viewer).Gives<ListJson<AuditJson>>(
        new AdminOperation("Lists who changed what.") { Parameters = [AdminQueries.Tenant, .. AdminQueries.Page] });

    private static async Task<IResult> ListAsync(HttpRequest request, AuditLog audit, CancellationToken cancellationToken)
    {
        var query = new QueryFields(request);
        var (asked, limit, cursor) = (query.Text("tenant"), query.Limit(), query.IdCursor("aud_"));
        query.RefuseOthers();
        var elsewhere = AdminCaller.Of(request.HttpContext).Narrow(asked, out var tenant);
        if ((query.Error ?? elsewhere) is { } error)
        {
            return new AdminError(error);
        }

        var page = await audit.ListAsync(tenant, cursor, limit, cancellationToken);
        return TypedResults.Json(ListJson<AuditJson>.Of(page.Items.Select(AuditJson.Of), page.Next), AdminJson.Default.AuditList);
    }
}
