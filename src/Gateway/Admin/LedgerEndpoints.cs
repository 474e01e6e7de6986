using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Ledger;

namespace Gateway.Admin;

internal static class LedgerEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/ledger", ListAsync).For(Role.Viewer).Gives<ListJson<LedgerRowJson>>(
        new AdminOperation("Lists ledger rows.")
        {
            Parameters = [AdminQueries.Tenant, AdminQueries.Key, AdminQueries.Model, AdminQueries.From, AdminQueries.To, .. AdminQueries.Page],
            Description = "With 'Accept: text/csv' it gives all rows of the filter as CSV, and takes no 'limit'.",
        },
        StatusCodes.Status200OK,
        "text/csv");

    private static async Task<IResult> ListAsync(HttpRequest request, LedgerStore ledger, KeyStore keys, CancellationToken cancellationToken)
    {
        var fields = new QueryFields(request);
        var query = Read(fields);
        if (AcceptsCsv(request) && fields.Text("limit") is not null)
        {
            fields.Fail(GatewayError.InvalidValue("limit", "CSV holds all rows of the filter; leave it out, or accept application/json."));
        }

        var elsewhere = AdminCaller.Of(request.HttpContext).Narrow(query.Tenant, out var tenant);
        if ((fields.Error ?? elsewhere) is { } error)
        {
            return new AdminError(error);
        }

        query = query with { Tenant = tenant };

        // Rows are indexed by tenant, and a key has one.
        if (query is { Key: { } key, Tenant: null })
        {
            query = query with { Tenant = (await keys.FindAsync(new KeyId(key), cancellationToken))?.Tenant.Value ?? "" };
        }

        if (AcceptsCsv(request))
        {
            // All rows of the filter, whatever a page holds.
            query = query with { Limit = LedgerCsv.PageRows };
            return new LedgerCsv(ledger, query, await ledger.ListAsync(query, cancellationToken));
        }

        request.HttpContext.Response.Headers.Vary = "Accept";
        var page = await ledger.ListAsync(query, cancellationToken);
        return TypedResults.Json(ListJson<LedgerRowJson>.Of(page.Rows.Select(LedgerRowJson.Of), page.Next?.ToString()), AdminJson.Default.LedgerList);
    }

    /// <summary>Whether CSV is named, and liked better than JSON.</summary>
    private static bool AcceptsCsv(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        var csv = Quality("text/csv");
        return csv > 0 && csv > Quality("application/json");

        double Quality(string type) => accepted.Where(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Max(range => (double?)(range.Quality ?? 1)) ?? 0;
    }

    public static LedgerQuery Read(QueryFields fields)
    {
        LedgerCursor? cursor = null;
        if (fields.Text("cursor") is { } text && !LedgerCursor.TryParse(text, out cursor))
        {
            fields.Fail(QueryFields.BadCursor());
        }

        var query = new LedgerQuery(
            fields.Text("tenant"), fields.Text("key"), fields.Text("model"), fields.Time("from"), fields.Time("to"), cursor, fields.Limit());
        fields.RefuseOthers();
        return query;
    }
}
