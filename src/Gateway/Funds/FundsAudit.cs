using System.Runtime.CompilerServices;
using Gateway.Core.Admission;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Funds;

/// <summary>
/// Compares every account with the credits, rows and holds that it is made of, and every refund with what there was to refund. One statement over both sides
/// each, so that it sees one state of a database that is being written.
/// </summary>
internal sealed class FundsAudit(Database database)
{
    private const string CountAccounts = "select count(*) from accounts";

    private readonly string _compare = Compose(database.Dialect is PostgresDialect);

    private const string Overdrawn =
        "select o.request_id, o.amount_nano_usd, cast(sum(r.amount_nano_usd) as bigint) from ledger r join ledger o on o.request_id = r.reverses "
        + "group by o.request_id, o.amount_nano_usd having o.amount_nano_usd + sum(r.amount_nano_usd) < 0 order by o.request_id";

    public async Task<long> CountAsync(CancellationToken ct) => (await database.ListAsync(CountAccounts, row => row.GetInt64(0), [], ct))[0];

    /// <summary>What differs: whose account, which of its sums, as it is stored, and as it follows.</summary>
    public async IAsyncEnumerable<FundsDifference> DifferencesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var accounts = await database.ListAsync(
            _compare,
            row => (Account: new FundsAccount((int)row.GetInt64(0), row.GetString(1)), Spent: row.GetInt64(2), Credited: row.GetInt64(3), Held: row.GetInt64(4),
                Dollars: row.GetInt64(5), Nanos: row.GetInt64(6), Credits: row.GetInt64(7), Holds: row.GetInt64(8)),
            [],
            ct);
        foreach (var row in accounts)
        {
            var spent = (long)Int128.Clamp(((Int128)row.Dollars * Money.NanoPerUsd) + row.Nanos, long.MinValue, long.MaxValue);
            foreach (var (field, stored, computed) in (IEnumerable<(string, long, long)>)[("spent", row.Spent, spent), ("credited", row.Credited, row.Credits), ("held", row.Held, row.Holds)])
            {
                if (stored != computed)
                {
                    yield return new FundsDifference(Describe(row.Account), field, new Money(stored), new Money(computed));
                }
            }
        }

        foreach (var (id, amount, back) in await database.ListAsync(Overdrawn, row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2)), [], ct))
        {
            yield return new FundsDifference(id, "refunds", new Money(-back), new Money(amount));
        }
    }

    private static string Compose(bool isPostgres)
    {
        var month = isPostgres
            ? "cast(extract(year from timestamp '1970-01-01' + day * interval '1 day') * 12 + extract(month from timestamp '1970-01-01' + day * interval '1 day') - 1 as bigint)"
            : "cast(strftime('%Y', day * 86400, 'unixepoch') as integer) * 12 + cast(strftime('%m', day * 86400, 'unixepoch') as integer) - 1";
        var tenants = Rows(month, "tenant_id", $"usage_daily group by {month}, tenant_id");
        var keys = Rows(month, "key_id", $"usage_daily group by {month}, key_id");
        var prepaid = Rows("0", "tenant_id", "ledger where prepaid group by tenant_id");
        return $"""
            select month, subject, cast(sum(s) as bigint), cast(sum(c) as bigint), cast(sum(h) as bigint),
                cast(sum(sd) as bigint), cast(sum(sn) as bigint), cast(sum(cc) as bigint), cast(sum(hh) as bigint)
            from (
                select month, subject, spent_nano_usd as s, credited_nano_usd as c, held_nano_usd as h, 0 as sd, 0 as sn, 0 as cc, 0 as hh from accounts
                union all select 0, tenant_id, 0, 0, 0, 0, 0, sum(amount_nano_usd), 0 from credits group by tenant_id
                union all select month, subject, 0, 0, 0, 0, 0, 0, sum(amount_nano_usd) from holds group by month, subject
                union all {tenants}
                union all {keys}
                union all {prepaid}
                union all select 0, tenant_id, 0, 0, 0, prepaid_nano_usd / 1000000000, prepaid_nano_usd % 1000000000, 0, 0 from ledger_dropped
            ) as books
            where exists (select 1 from accounts a where a.month = books.month and a.subject = books.subject) or cc <> 0 or hh <> 0 or (month = 0 and (sd <> 0 or sn <> 0))
            group by month, subject
            having sum(s) <> sum(sd) * 1000000000 + sum(sn) or sum(c) <> sum(cc) or sum(h) <> sum(hh)
            order by month, subject
            """;
    }

    // Amounts as dollars and the rest, whose sums stay within 64 bits where that of the amounts may not.
    private static string Rows(string month, string subject, string from) =>
        $"select {month} as month, {subject} as subject, 0 as s, 0 as c, 0 as h, sum(amount_nano_usd / 1000000000) as sd, sum(amount_nano_usd % 1000000000) as sn, 0 as cc, 0 as hh from {from}";

    private static string Describe(FundsAccount account) => account.Month == 0
        ? $"{account.Subject} balance"
        : $"{account.Subject} {FundsAccount.StartOf(account.Month):yyyy-MM}";
}
