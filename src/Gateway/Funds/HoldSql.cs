namespace Gateway.Funds;

/// <summary>
/// PostgreSQL: holds and the accounts that they are on. Whoever takes holds away does so before it locks accounts, and accounts are locked in the
/// order of their key, so that nodes wait for each other rather than lock each other out.
/// </summary>
internal static class HoldSql
{
    /// <summary>A minute; renewed at a third of it.</summary>
    public const long LeaseMicroseconds = 60_000_000;

    /// <summary>Behind the account's own columns.</summary>
    public const int IsHeldColumn = 6;

    /// <summary>
    /// For this transaction alone. A server that crashes may forget the last holds, and with them only who may be admitted beside requests that are running;
    /// what was spent is in the ledger's own transactions, which do wait.
    /// </summary>
    public const string DoNotWaitForDisk = "select set_config('synchronous_commit', 'off', true)";

    public const string Lock = "select a.subject from accounts a join " + Asked + " order by a.month, a.subject for update of a";

    /// <summary>Writes the holds where every account has room. $3 budgets, null for a balance; $4 request; $5 amount; $6 lease.</summary>
    public const string Insert = "insert into holds (request_id, month, subject, amount_nano_usd, expires_at) "
        + "select $4, b.month, b.subject, $5, " + Now + " + $6 from unnest($1::bigint[], $2::text[]) as b(month, subject) where cardinality($1) = ("
        + "select count(*) from accounts a join unnest($1::bigint[], $2::text[], $3::bigint[]) as l(month, subject, budget) "
        + "on a.month = l.month and a.subject = l.subject "
        + "where coalesce(l.budget, a.credited_nano_usd)::numeric - a.spent_nano_usd - a.held_nano_usd >= $5)";

    /// <summary>$3 request; $4 amount.</summary>
    public const string AddHeld = "update accounts a set held_nano_usd = a.held_nano_usd + $4 from unnest($1::bigint[], $2::text[]) as b(month, subject) "
        + "where a.month = b.month and a.subject = b.subject and exists (select 1 from holds where request_id = $3)";

    /// <summary>$3 request.</summary>
    public const string Read = "select a.month, a.subject, a.credited_nano_usd, a.spent_nano_usd, a.held_nano_usd, a.sequence, "
        + "exists (select 1 from holds where request_id = $3) from accounts a join " + Asked;

    /// <summary>$1 requests; $2 lease.</summary>
    public const string Renew = "update holds set expires_at = " + Now + " + $2 where request_id = any($1)";

    /// <summary>$1 requests.</summary>
    public const string Release = "with gone as (delete from holds where request_id = any($1) returning month, subject, amount_nano_usd)" + GiveBack;

    public const string Sweep = "with gone as (delete from holds h using ("
        + "select request_id, month, subject from holds where expires_at < " + Now + " order by expires_at limit 1000 for update skip locked) as e "
        + "where h.request_id = e.request_id and h.month = e.month and h.subject = e.subject returning h.month, h.subject, h.amount_nano_usd)" + GiveBack;

    private const string Asked = "unnest($1::bigint[], $2::text[]) as b(month, subject) on a.month = b.month and a.subject = b.subject";

    private const string Now = "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";

    private const string GiveBack = ", moved as (select month, subject, sum(amount_nano_usd) as amount from gone group by month, subject), "
        + "locked as (select a.month, a.subject from accounts a join moved m on a.month = m.month and a.subject = m.subject order by a.month, a.subject for update of a) "
        + "update accounts a set held_nano_usd = a.held_nano_usd - m.amount from moved m join locked l on l.month = m.month and l.subject = m.subject "
        + "where a.month = m.month and a.subject = m.subject";
}
