using Gateway.Admin.Document;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Ledger;

namespace Gateway.Admin;

internal static class UsageEndpoints
{
    private const string GroupRule = "it must be some of day, model, key, tenant, each once, with commas between.";
    private const string DayRule = "it must be a date such as 2026-01-31, or midnight in UTC: usage is kept by days.";

    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/usage", ListAsync).For(Role.Viewer).Gives<ListJson<UsageRowJson>>(
        new AdminOperation("Sums up what was used.")
        {
            Parameters = [AdminQueries.GroupBy, AdminQueries.Tenant, AdminQueries.Key, AdminQueries.Model, AdminQueries.FromDay, AdminQueries.ToDay, .. AdminQueries.Page],
        });

    private static async Task<IResult> ListAsync(HttpRequest request, UsageStore usage, CancellationToken cancellationToken)
    {
        var fields = new QueryFields(request);
        var query = Read(fields);
        var elsewhere = AdminCaller.Of(request.HttpContext).Narrow(query.Tenant, out var tenant);
        if ((fields.Error ?? elsewhere) is { } error)
        {
            return new AdminError(error);
        }

        query = query with { Tenant = tenant };

        var page = await usage.ListAsync(query, cancellationToken);
        return TypedResults.Json(ListJson<UsageRowJson>.Of(page.Rows.Select(UsageRowJson.Of), page.Next?.ToString()), AdminJson.Default.UsageList);
    }

    public static UsageQuery Read(QueryFields fields)
    {
        var groupBy = Groups(fields);
        UsageCursor? cursor = null;
        if (fields.Text("cursor") is { } text && !UsageCursor.TryParse(text, groupBy, out cursor))
        {
            fields.Fail(QueryFields.BadCursor());
        }

        var (from, to) = (Day(fields, "from"), Day(fields, "to"));
        if (to <= from)
        {
            fields.Fail(GatewayError.InvalidValue("to", "it must be later than 'from'; the day that it names is not included."));
        }

        var query = new UsageQuery(groupBy, fields.Text("tenant"), fields.Text("key"), fields.Text("model"), from, to, cursor, fields.Limit());
        fields.RefuseOthers();
        return query;
    }

    private static UsageGroups Groups(QueryFields fields)
    {
        var groups = UsageGroups.None;
        foreach (var name in fields.Text("group_by")?.Split(',') ?? [])
        {
            var group = name switch
            {
                "day" => UsageGroups.Day,
                "model" => UsageGroups.Model,
                "key" => UsageGroups.Key,
                "tenant" => UsageGroups.Tenant,
                _ => UsageGroups.None,
            };
            if (group == UsageGroups.None || groups.HasFlag(group))
            {
                fields.Fail(GatewayError.InvalidValue("group_by", GroupRule));
            }

            groups |= group;
        }

        return groups;
    }

    private static DateOnly? Day(QueryFields fields, string name)
    {
        if (fields.Time(name) is not { } time)
        {
            return null;
        }

        if (time.TimeOfDay != TimeSpan.Zero)
        {
            fields.Fail(GatewayError.InvalidValue(name, DayRule));
        }

        return DateOnly.FromDateTime(time.UtcDateTime);
    }
}
