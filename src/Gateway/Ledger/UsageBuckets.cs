using System.Data.Common;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Usage in spans of time: days from the daily sums, hours and minutes from the ledger's own rows, which are found by the time that their ids begin with.
/// </summary>
internal sealed class UsageBuckets(Database database)
{
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>In the order of time; spans in which nothing was used are not there.</summary>
    public Task<List<UsageBucket>> ListAsync(UsageBucketQuery query, CancellationToken ct)
    {
        var daily = query.Width == UsageBucketQuery.Day;
        var unit = daily ? UsageBucketQuery.Day : 1;
        var bucket = daily ? "day * 86400" : $"at / {query.Width * MicrosecondsPerSecond} * {query.Width}";
        var arguments = new List<SqlArgument>
        {
            new("@tenant", query.Tenant.Value),
            new("@from", daily ? query.From / unit : query.From * MicrosecondsPerSecond),
            new("@to", daily ? query.To / unit : query.To * MicrosecondsPerSecond),
        };
        var conditions = $"tenant_id = @tenant and {(daily ? "day" : "at")} >= @from and {(daily ? "day" : "at")} < @to";
        if (!daily)
        {
            conditions += " and request_id >= @first and request_id < @behind";
            arguments.Add(new("@first", LedgerFilter.FirstIdOf(DateTimeOffset.FromUnixTimeSeconds(query.From))));
            arguments.Add(new("@behind", LedgerFilter.FirstIdOf(DateTimeOffset.FromUnixTimeSeconds(query.To))));
        }

        conditions += Among("key_id", "@key", query.Keys) + Among("model", "@model", query.Models);
        string[] groups = [bucket, .. query.ByKey ? ["key_id"] : Array.Empty<string>(), .. query.ByModel ? ["model"] : Array.Empty<string>()];
        var requests = daily ? "sum(requests)" : "sum(case when reverses is null then 1 else 0 end)";
        var sql = $"select {string.Join(", ", groups)}, cast({requests} as bigint), {Sum("prompt_tokens")}, {Sum("cached_tokens")}, {Sum("image_tokens")}, {Sum("completion_tokens")}, "
            + $"{Sum("amount_nano_usd / 1000000000")}, {Sum("amount_nano_usd % 1000000000")} "
            + $"from {(daily ? "usage_daily" : "ledger")} where {conditions} group by {string.Join(", ", groups)} order by {string.Join(", ", groups)}";
        return database.ListAsync(sql, row => Read(row, query), [.. arguments], ct);

        static string Sum(string column) => $"cast(coalesce(sum({column}), 0) as bigint)";

        string Among(string column, string name, IReadOnlyList<string> values)
        {
            if (values.Count == 0)
            {
                return "";
            }

            var names = values.Select((_, i) => $"{name}{i}").ToArray();
            arguments.AddRange(values.Select((value, i) => new SqlArgument(names[i], value)));
            return $" and {column} in ({string.Join(", ", names)})";
        }
    }

    private static UsageBucket Read(DbDataReader row, UsageBucketQuery query)
    {
        var column = 1;
        return new UsageBucket(row.GetInt64(0), new UsageRow
        {
            Key = query.ByKey ? row.GetString(column++) : null,
            Model = query.ByModel ? row.GetString(column++) : null,
            Requests = row.GetInt64(column++),
            PromptTokens = row.GetInt64(column++),
            CachedTokens = row.GetInt64(column++),
            ImageTokens = row.GetInt64(column++),
            CompletionTokens = row.GetInt64(column++),
            Amount = LedgerSums.ToMoney(row.GetInt64(column++), row.GetInt64(column)),
        });
    }
}
