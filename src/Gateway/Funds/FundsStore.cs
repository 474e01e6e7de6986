using System.Data.Common;
using System.Text.Json.Nodes;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Storage;

namespace Gateway.Funds;

/// <summary>Accounts and credits in the database.</summary>
internal sealed class FundsStore(Database database, AuditLog audit, TimeProvider time)
{
    /// <summary>The largest credit, and the largest that is taken back, in US dollars: what is more is a slip.</summary>
    public const long LargestCreditUsd = 10_000_000;

    public const string AccountColumns = "month, subject, credited_nano_usd, spent_nano_usd, held_nano_usd, sequence";

    /// <summary>What all credits of a tenant may come to, either way, in US dollars: a column holds little more.</summary>
    public const long LargestCreditedUsd = 8_000_000_000;

    private const string SelectAccount = "select " + AccountColumns + " from accounts where month = @month and subject = @subject";

    // Rows of the month that are being written must be in the sum or move the account, never neither. On SQLite the transaction itself sees to it.
    private const string LockSums = "lock table usage_daily in share mode";

    private const string InsertAccount = "insert into accounts (" + AccountColumns + ") "
        + "select @month, @subject, 0, cast(coalesce(sum(amount_nano_usd), 0) as bigint), 0, 1 from usage_daily where day >= @first and day < @behind and ";

    private const string UnlessThere = " on conflict (month, subject) do nothing";

    private const string InsertBalance = "insert into accounts (" + AccountColumns + ") values (0, @subject, 0, 0, 0, 1)" + UnlessThere;

    private const string AddCredit = "update accounts set credited_nano_usd = credited_nano_usd + @amount, sequence = sequence + 1 where month = 0 and subject = @subject";

    private const string CreditColumns = "id, tenant_id, amount_nano_usd, note, idempotency_key, at";
    private const string InsertCredit = "insert into credits (" + CreditColumns + ") values (@id, @tenant, @amount, @note, @key, @at)";
    private const string SelectCreditOf = "select " + CreditColumns + " from credits where tenant_id = @tenant and idempotency_key = @key";
    private const string SelectCredits = "select " + CreditColumns + " from credits where tenant_id = @tenant and id < @before order by id desc limit @limit";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "cre_z";

    /// <summary>The account as it is; empty where there is none yet.</summary>
    public async Task<FundsState> ReadAsync(FundsAccount account, CancellationToken ct) =>
        (await database.ListAsync(SelectAccount, ReadState, Key(account), ct)) is [var state] ? state : new FundsState(account, 0, default, default, default);

    /// <summary>The account, made where there is none yet: a month's with what its rows have spent so far.</summary>
    public async Task<FundsState> OpenAsync(FundsAccount account, CancellationToken ct)
    {
        if (await database.ListAsync(SelectAccount, ReadState, Key(account), ct) is [var known])
        {
            return known;
        }

        return await database.WriteAsync(
            async session =>
            {
                if (account.Month == 0)
                {
                    await session.ExecuteAsync(InsertBalance, [new("@subject", account.Subject)], ct);
                }
                else
                {
                    await OpenMonthAsync(session, account, ct);
                }

                return (await session.ListAsync(SelectAccount, ReadState, Key(account), ct))[0];
            },
            ct);
    }

    /// <summary>Gives credit, or takes some back where the amount is less than nothing.</summary>
    /// <returns>Refused where the tenant's key stands for another credit, or all credits would come to more than <see cref="LargestCreditedUsd"/>.</returns>
    public Task<Outcome<Credit>> CreditAsync(TenantId tenant, Money amount, string note, string? idempotencyKey, Actor actor, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var credit = new Credit($"cre_{Guid.CreateVersion7(now):N}", tenant, amount, note, idempotencyKey, now);
        return database.WriteAsync<Outcome<Credit>>(
            async session =>
            {
                // The account's row is locked from here on: of credits to one tenant at once, each sees the one before.
                await session.ExecuteAsync(InsertBalance, [new("@subject", tenant.Value)], ct);
                var before = (await session.ListAsync(SelectAccount + database.Dialect.ForUpdate, ReadState, Key(FundsAccount.Balance(tenant)), ct))[0];
                if (idempotencyKey is not null
                    && await session.ListAsync(SelectCreditOf, ReadCredit, [new("@tenant", tenant.Value), new("@key", idempotencyKey)], ct) is [var first])
                {
                    return first.Amount == amount && first.Note == note ? first : GatewayError.CreditConflict(IdempotencyKey.Header);
                }

                if (Int128.Abs((Int128)before.Credited.NanoUsd + amount.NanoUsd) > (Int128)LargestCreditedUsd * Money.NanoPerUsd)
                {
                    return GatewayError.InvalidValue("amount", $"with it the tenant's credits, {before.Credited} so far, would come to more than {LargestCreditedUsd}.");
                }

                await session.ExecuteAsync(InsertCredit, Arguments(credit), ct);
                await session.ExecuteAsync(AddCredit, [new("@subject", tenant.Value), new("@amount", amount.NanoUsd)], ct);
                var said = new JsonObject { ["amount"] = amount.ToString(), ["note"] = note }.ToJsonString();
                await audit.AppendAsync(session, actor, "credit.create", tenant.Value, credit.Id, null, said, ct);
                return credit;
            },
            ct);
    }

    public async Task<Page<Credit>> ListCreditsAsync(TenantId tenant, string? after, int limit, CancellationToken ct)
    {
        var rows = await database.ListAsync(
            SelectCredits, ReadCredit, [new("@tenant", tenant.Value), new("@before", after ?? FromTheNewest), new("@limit", limit + 1)], ct);
        return Page<Credit>.Of(rows, limit, credit => credit.Id);
    }

    private async Task OpenMonthAsync(SqlSession session, FundsAccount account, CancellationToken ct)
    {
        if (database.Dialect is PostgresDialect)
        {
            await session.ExecuteAsync(LockSums, [], ct);
        }

        var start = FundsAccount.StartOf(account.Month);
        var owner = account.Subject.StartsWith("key_", StringComparison.Ordinal) ? "key_id = @subject" : "tenant_id = @subject";
        await session.ExecuteAsync(
            InsertAccount + owner + UnlessThere,
            [.. Key(account), new("@first", DayOf(start)), new("@behind", DayOf(start.AddMonths(1)))],
            ct);
    }

    private static long DayOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 86_400;

    private static SqlArgument[] Key(FundsAccount account) => [new("@month", (long)account.Month), new("@subject", account.Subject)];

    private static SqlArgument[] Arguments(Credit credit) =>
    [
        new("@id", credit.Id),
        new("@tenant", credit.Tenant.Value),
        new("@amount", credit.Amount.NanoUsd),
        new("@note", credit.Note),
        new("@key", credit.IdempotencyKey),
        new("@at", UnixMicroseconds.From(credit.At)),
    ];

    public static FundsState ReadState(DbDataReader row) => new(
        new FundsAccount((int)row.GetInt64(0), row.GetString(1)),
        row.GetInt64(5),
        new Money(row.GetInt64(2)),
        new Money(row.GetInt64(3)),
        new Money(row.GetInt64(4)));

    private static Credit ReadCredit(DbDataReader row) => new(
        row.GetString(0),
        new TenantId(row.GetString(1)),
        new Money(row.GetInt64(2)),
        row.GetString(3),
        row.TextOrNull(4),
        UnixMicroseconds.ToTime(row.GetInt64(5)));
}
