using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Ledger;

/// <summary>
/// Compares the daily sums with the ledger's rows. One statement over both, so that it sees one state of a database that is being written; what it holds at once is
/// the database's affair, which spills to disk, and only differences come back.
/// </summary>
internal sealed class UsageAudit(Database database)
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>Daily sums that are kept for the span.</summary>
    public async Task<long> CountAsync(string? tenant, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var (conditions, arguments) = OfDays(tenant, await FirstKeptAsync(from, cancellationToken), LastDay(to));
        return (await database.ListAsync($"select count(*) from usage_daily where 1 = 1{conditions}", row => row.GetInt64(0), [.. arguments], cancellationToken))[0];
    }

    /// <summary>Sums that differ, in the order of day, tenant, key and model.</summary>
    /// <param name="tenant">Its sums alone; null for all.</param>
    /// <param name="from">Days that begin before it are left out.</param>
    /// <param name="to">Days that end behind it are left out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<LedgerDifference> SumsAsync(
        string? tenant, DateTimeOffset? from, DateTimeOffset? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (first, behind) = (await FirstKeptAsync(from, cancellationToken), LastDay(to));
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        var (ofDays, days) = OfDays(tenant, first, behind);
        var (ofRows, rows) = LedgerFilter.Compose(new LedgerQuery(tenant, null, null, StartOf(first), StartOf(behind), null, 0));
        command.CommandText = Compose(ofDays, ofRows);
        command.CommandTimeout = 0; // It takes as long as the ledger is.
        foreach (var (name, value) in days.Concat(rows).DistinctBy(argument => argument.Name))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            foreach (var difference in Read(reader))
            {
                yield return difference;
            }
        }
    }

    private static string Compose(string ofDays, string ofRows)
    {
        // s: as stored, c: as counted. Amounts of rows as dollars and the rest (d, n): their sums stay within 64 bits where that of the amounts may not.
        IEnumerable<string> kept =
        [
            "requests as requests_s, 0 as requests_c",
            .. UsageSql.Counts.Select(count => $"{count} as {count}_s, 0 as {count}_c"),
            .. UsageSql.Amounts.Select(amount => $"{amount} as {amount}_s, 0 as {amount}_d, 0 as {amount}_n"),
        ];
        IEnumerable<string> counted =
        [
            "0, case when reverses is null then 1 else 0 end",
            .. UsageSql.Counts.Select(count => $"0, {count}"),
            .. UsageSql.Amounts.Select(amount => $"0, {amount} / 1000000000, {amount} % 1000000000"),
        ];
        IEnumerable<string> columns =
        [
            "requests_s", "requests_c",
            .. UsageSql.Counts.SelectMany(count => (string[])[$"{count}_s", $"{count}_c"]),
            .. UsageSql.Amounts.SelectMany(amount => (string[])[$"{amount}_s", $"{amount}_d", $"{amount}_n"]),
        ];
        IEnumerable<string> differ =
        [
            "sum(requests_s) <> sum(requests_c)",
            .. UsageSql.Counts.Select(count => $"sum({count}_s) <> sum({count}_c)"),
            .. UsageSql.Amounts.Select(amount => $"sum({amount}_s) <> sum({amount}_d) * 1000000000 + sum({amount}_n)"),
        ];
        var sums = string.Join(", ", columns.Select(column => $"cast(sum({column}) as bigint)"));
        return $"""
            select day, tenant_id, key_id, model, {sums}
            from (
                select day, tenant_id, key_id, model, {string.Join(", ", kept)} from usage_daily where 1 = 1{ofDays}
                union all
                select {UsageSql.DayOfRow}, tenant_id, key_id, model, {string.Join(", ", counted)} from ledger where 1 = 1{ofRows}
            ) as books
            group by day, tenant_id, key_id, model
            having {string.Join(" or ", differ)}
            order by day, tenant_id, key_id, model
            """;
    }

    private static IEnumerable<LedgerDifference> Read(DbDataReader row)
    {
        var subject = string.Create(CultureInfo.InvariantCulture, $"{Epoch.AddDays((int)row.GetInt64(0)):yyyy-MM-dd} {row.GetString(1)} {row.GetString(2)} {row.GetString(3)}");
        var column = 4;
        foreach (var field in (IEnumerable<string>)["requests", .. UsageSql.Counts])
        {
            var (stored, computed) = (row.GetInt64(column++), row.GetInt64(column++));
            if (stored != computed)
            {
                yield return new LedgerDifference(subject, field, stored.ToString(CultureInfo.InvariantCulture), computed.ToString(CultureInfo.InvariantCulture));
            }
        }

        foreach (var field in (IEnumerable<string>)["amount", "list_amount"])
        {
            var (stored, computed) = (new Money(row.GetInt64(column++)), LedgerSums.ToMoney(row.GetInt64(column++), row.GetInt64(column++)));
            if (stored != computed)
            {
                yield return new LedgerDifference(subject, field, stored.ToString(), computed.ToString());
            }
        }
    }

    private static (string Conditions, List<SqlArgument> Arguments) OfDays(string? tenant, DateOnly? first, DateOnly? behind)
    {
        var conditions = "";
        var arguments = new List<SqlArgument>();
        if (tenant is not null)
        {
            conditions += " and tenant_id = @tenant";
            arguments.Add(new SqlArgument("@tenant", tenant));
        }

        if (first is { } day)
        {
            conditions += " and day >= @first";
            arguments.Add(new SqlArgument("@first", (long)(day.DayNumber - Epoch.DayNumber)));
        }

        if (behind is { } end)
        {
            conditions += " and day < @behind";
            arguments.Add(new SqlArgument("@behind", (long)(end.DayNumber - Epoch.DayNumber)));
        }

        return (conditions, arguments);
    }

    /// <summary>Of days before it rows may have been dropped.</summary>
    private async Task<DateOnly?> FirstKeptAsync(DateTimeOffset? from, CancellationToken cancellationToken)
    {
        var kept = await LedgerMonths.KeptFromAsync(database, cancellationToken);
        var first = FirstDay(from);
        return kept > 0 && (first is not { } day || day.DayNumber - Epoch.DayNumber < kept) ? Epoch.AddDays((int)kept) : first;
    }

    private static DateOnly? FirstDay(DateTimeOffset? from) =>
        from is { } time ? DateOnly.FromDateTime(time.UtcDateTime).AddDays(time.UtcDateTime.TimeOfDay == TimeSpan.Zero ? 0 : 1) : null;

    private static DateOnly? LastDay(DateTimeOffset? to) => to is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : null;

    private static DateTimeOffset? StartOf(DateOnly? day) => day is { } date ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;
}
