using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Ledger;

namespace Gateway.Admin;

internal static class LedgerEndpoints
{
    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/ledger", ListAsync);

    private static async Task<IResult> ListAsync(HttpRequest request, LedgerStore ledger, KeyStore keys, CancellationToken cancellationToken)
    {
        var fields = new QueryFields(request);
        var query = Read(fields);
        if (fields.Error is { } error)
        {
            return new AdminError(error);
        }

        // Rows are indexed by tenant, and a key has one.
        if (query is { Key: { } key, Tenant: null })
        {
            query = query with { Tenant = (await keys.FindAsync(new KeyId(key), cancellationToken))?.Tenant.Value ?? "" };
        }

        var page = await ledger.ListAsync(query, cancellationToken);
        return TypedResults.Json(ListJson<LedgerRowJson>.Of(page.Rows.Select(LedgerRowJson.Of), page.Next?.ToString()), AdminJson.Default.LedgerList);
    }

    private static LedgerQuery Read(QueryFields fields)
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
