namespace Gateway.Ledger;

/// <summary>The statements by which rows move the accounts that their money is counted on. Money stays at the largest amount that a column holds.</summary>
internal static class AccountSql
{
    /// <summary>SQLite: moves one account by an amount, where there is one, and tells how it stands. ?1 month, ?2 subject, ?3 amount.</summary>
    /// <remarks>A sum beyond 64 bits would become a floating-point number there, hence the comparison.</remarks>
    public const string Move =
        "update accounts set spent_nano_usd = case when ?3 > 0 and spent_nano_usd > 9223372036854775807 - ?3 then 9223372036854775807 else spent_nano_usd + ?3 end, "
        + "sequence = sequence + 1 where month = ?1 and subject = ?2 returning sequence, credited_nano_usd, spent_nano_usd";

    /// <summary>
    /// PostgreSQL: moves the accounts of all rows of the table expression <c>written</c>, and ends what their requests held. Accounts are locked in the
    /// order of their key, and behind the holds, as everybody does who changes both.
    /// </summary>
    public const string MoveWritten =
        ", gone as (delete from holds h using written w where h.request_id = w.request_id returning h.month, h.subject, h.amount_nano_usd), "
        + "moved as (select month, subject, sum(spent) as spent, sum(held) as held from ("
        + "select " + MonthOfRow + " as month, tenant_id as subject, amount_nano_usd as spent, 0 as held from written "
        + "union all select " + MonthOfRow + ", key_id, amount_nano_usd, 0 from written "
        + "union all select 0, tenant_id, amount_nano_usd, 0 from written where prepaid "
        + "union all select month, subject, 0, amount_nano_usd from gone) as moves group by month, subject), "
        + "locked as (select a.month, a.subject from accounts a join moved m on a.month = m.month and a.subject = m.subject order by a.month, a.subject for update of a) "
        + "update accounts a set spent_nano_usd = least(a.spent_nano_usd::numeric + m.spent, 9223372036854775807), "
        + "held_nano_usd = a.held_nano_usd - m.held, sequence = a.sequence + 1 "
        + "from moved m join locked l on l.month = m.month and l.subject = m.subject where a.month = m.month and a.subject = m.subject";

    private const string MonthOfRow =
        "cast(extract(year from to_timestamp(at / 1000000) at time zone 'UTC') * 12 + extract(month from to_timestamp(at / 1000000) at time zone 'UTC') - 1 as bigint)";
}
