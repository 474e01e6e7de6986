using System.Data.Common;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>Adds up the daily sums that are kept beside the ledger; no row of the ledger itself is read.</summary>
internal sealed class UsageStore(Database database)
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    private static readonly (UsageGroups Group, string Column, string Parameter)[] Groups =
    [
        (UsageGroups.Day, "day", "@last_day"),
        (UsageGroups.Tenant, "tenant_id", "@last_tenant"),
        (UsageGroups.Key, "key_id", "@last_key"),
        (UsageGroups.Model, "model", "@last_model"),
    ];

    /// <summary>In the order of day, tenant, key and model, as far as grouped. Without a group always one row, of zeros where nothing was used.</summary>
    public async Task<UsagePage> ListAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        var grouped = Groups.Where(group => query.GroupBy.HasFlag(group.Group)).ToArray();
        var (sql, arguments) = Compose(query, grouped);
        var rows = await database.ListAsync(sql, row => Read(row, query.GroupBy), arguments, cancellationToken);

        // One row more than asked for tells whether there is another page.
        if (rows.Count <= query.Limit)
        {
            return new UsagePage(rows, null);
        }

        rows.RemoveAt(query.Limit);
        return new UsagePage(rows, UsageCursor.Of(query.GroupBy, rows[^1]));
    }

    private static (string Sql, SqlArgument[] Arguments) Compose(UsageQuery query, (UsageGroups Group, string Column, string Parameter)[] grouped)
    {
        var columns = string.Join(", ", grouped.Select(group => group.Column));
        var conditions = new List<string>();
        var arguments = new List<SqlArgument>();
        Where("tenant_id = @tenant", "@tenant", query.Tenant);
        Where("key_id = @key", "@key", query.Key);
        Where("model = @model", "@model", query.Model);
        Where("day >= @from", "@from", DayNumber(query.From));
        Where("day < @to", "@to", DayNumber(query.To));
        if (query.After is { } after)
        {
            conditions.Add($"({columns}) > ({string.Join(", ", grouped.Select(group => group.Parameter))})");
            arguments.AddRange(grouped.Select(group => new SqlArgument(group.Parameter, Value(after, group.Group))));
        }

        arguments.Add(new SqlArgument("@limit", query.Limit + 1));
        IEnumerable<string> selected =
        [
            .. grouped.Select(group => group.Column),
            .. UsageSql.Counts.Prepend("requests").Select(column => Sum(column)),

            // Dollars and the rest apart: their sums stay within 64 bits where that of the amounts may not.
            .. UsageSql.Amounts.SelectMany(column => (string[])[Sum($"{column} / 1000000000"), Sum($"{column} % 1000000000")]),
        ];
        var sql = $"select {string.Join(", ", selected)} from usage_daily"
            + (conditions.Count == 0 ? "" : $" where {string.Join(" and ", conditions)}")
            + (grouped.Length == 0 ? "" : $" group by {columns} order by {columns}")
            + " limit @limit";
        return (sql, [.. arguments]);

        static string Sum(string column) => $"cast(coalesce(sum({column}), 0) as bigint)";

        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                arguments.Add(new SqlArgument(name, value));
            }
        }
    }

    private static object? Value(UsageCursor cursor, UsageGroups group) => group switch
    {
        UsageGroups.Day => DayNumber(cursor.Day),
        UsageGroups.Tenant => cursor.Tenant,
        UsageGroups.Key => cursor.Key,
        _ => cursor.Model,
    };

    private static object? DayNumber(DateOnly? day) => day is { } date ? (long)(date.DayNumber - Epoch.DayNumber) : null;

    private static UsageRow Read(DbDataReader row, UsageGroups groupBy)
    {
        var column = 0;
        return new UsageRow
        {
            Day = groupBy.HasFlag(UsageGroups.Day) ? Epoch.AddDays((int)row.GetInt64(column++)) : null,
            Tenant = groupBy.HasFlag(UsageGroups.Tenant) ? row.GetString(column++) : null,
            Key = groupBy.HasFlag(UsageGroups.Key) ? row.GetString(column++) : null,
            Model = groupBy.HasFlag(UsageGroups.Model) ? row.GetString(column++) : null,
            Requests = row.GetInt64(column++),
            PromptTokens = row.GetInt64(column++),
            CachedTokens = row.GetInt64(column++),
            ImageTokens = row.GetInt64(column++),
            CompletionTokens = row.GetInt64(column++),
            ReasoningTokens = row.GetInt64(column++),
            Images = row.GetInt64(column++),
            Amount = LedgerSums.ToMoney(row.GetInt64(column++), row.GetInt64(column++)),
            ListAmount = LedgerSums.ToMoney(row.GetInt64(column++), row.GetInt64(column)),
        };
    }
}
