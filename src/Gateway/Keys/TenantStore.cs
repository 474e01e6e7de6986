using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Tenants in the database.</summary>
internal sealed class TenantStore(Database database, ChangeLog changes, AuditLog audit, KeyCache cache, TimeProvider time)
{
    private const string Columns = "id, name, tier, limits, disconnect, created_at, mode, monthly_budget_nano_usd";
    private const string Insert = "insert into tenants (" + Columns + ") values (@id, @name, @tier, @limits, @disconnect, @created_at, @mode, @monthly_budget)";
    private const string SelectById = "select " + Columns + " from tenants where id = @id and deleted_at is null";
    private const string SelectByName = "select " + Columns + " from tenants where name = @name and deleted_at is null order by id limit 1";
    private const string SelectPage = "select " + Columns + " from tenants where id < @before and deleted_at is null order by id desc limit @limit";

    private const string Update =
        "update tenants set name = @name, tier = @tier, limits = @limits, disconnect = @disconnect, mode = @mode, monthly_budget_nano_usd = @monthly_budget where id = @id";

    private const string Delete = "update tenants set deleted_at = @at where id = @id";
    private const string RevokeKeys = "update api_keys set revoked_at = @at where tenant_id = @id and revoked_at is null";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "ten_z";

    public Task<Tenant> CreateAsync(TenantDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var tenant = new Tenant
        {
            Id = new TenantId($"ten_{Guid.CreateVersion7(now):N}"),
            Name = draft.Name,
            Tier = draft.Tier,
            Limits = draft.Limits,
            Disconnect = draft.Disconnect,
            Mode = draft.Mode,
            MonthlyBudget = draft.MonthlyBudget,
            CreatedAt = now,
        };
        return database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(Insert, [.. Arguments(tenant), new("@created_at", UnixMicroseconds.From(tenant.CreatedAt))], cancellationToken);
                await SayAsync(session, actor, "tenant.create", null, tenant, cancellationToken);
                return tenant;
            },
            cancellationToken);
    }

    /// <summary>Changes some fields: on this node when this returns, on the others with their next look at the changes. Null where there is no such tenant.</summary>
    public Task<Tenant?> UpdateAsync(TenantId id, TenantChange change, Actor actor, CancellationToken cancellationToken) => ChangeAsync(
        id,
        async (session, before) =>
        {
            var after = change.Apply(before);
            if (after != before)
            {
                await session.ExecuteAsync(Update, Arguments(after), cancellationToken);
                await SayAsync(session, actor, "tenant.update", before, after, cancellationToken);
            }

            return after;
        },
        cancellationToken);

    /// <summary>
    /// Ends a tenant and all its keys. What it spent stays in the ledger. The tenant as it was; null where there is none, or none any more.
    /// </summary>
    public Task<Tenant?> DeleteAsync(TenantId id, Actor actor, CancellationToken cancellationToken) => ChangeAsync(
        id,
        async (session, before) =>
        {
            SqlArgument[] arguments = [new("@id", id.Value), new("@at", UnixMicroseconds.From(time.GetUtcNow()))];
            await session.ExecuteAsync(Delete, arguments, cancellationToken);
            await session.ExecuteAsync(RevokeKeys, arguments, cancellationToken);
            await SayAsync(session, actor, "tenant.delete", before, null, cancellationToken);
            return before;
        },
        cancellationToken);

    public Task<Tenant?> FindAsync(TenantId id, CancellationToken cancellationToken) =>
        database.FirstAsync(SelectById, Read, [new("@id", id.Value)], cancellationToken);

    /// <summary>The oldest tenant of that name; names need not be unique.</summary>
    public Task<Tenant?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        database.FirstAsync(SelectByName, Read, [new("@name", name)], cancellationToken);

    public async Task<Page<Tenant>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(SelectPage, Read, [new("@before", after ?? FromTheNewest), new("@limit", limit + 1)], cancellationToken);
        return Page<Tenant>.Of(rows, limit, tenant => tenant.Id.Value);
    }

    private async Task<Tenant?> ChangeAsync(TenantId id, Func<SqlSession, Tenant, Task<Tenant>> change, CancellationToken cancellationToken)
    {
        var changed = await database.WriteAsync(
            async session => await session.ListAsync(SelectById + database.Dialect.ForUpdate, Read, [new("@id", id.Value)], cancellationToken) is [var before]
                ? await change(session, before)
                : null,
            cancellationToken);
        cache.Evict([new Change(0, ChangeKind.Tenant, id.Value)]);
        await changes.TellAsync();
        return changed;
    }

    private async Task SayAsync(SqlSession session, Actor actor, string action, Tenant? before, Tenant? after, CancellationToken cancellationToken)
    {
        var id = (before ?? after)!.Id.Value; // One of them is there.
        await audit.AppendAsync(
            session, actor, action, id, id, before is null ? null : TenantJson.Text(before), after is null ? null : TenantJson.Text(after), cancellationToken);

        // Last, for its row is locked until the end.
        await changes.AppendAsync(session, ChangeKind.Tenant, id, cancellationToken);
    }

    private static SqlArgument[] Arguments(Tenant tenant) =>
    [
        new("@id", tenant.Id.Value),
        new("@name", tenant.Name),
        new("@tier", tenant.Tier),
        new("@limits", StoredLimits.Write(tenant.Limits)),
        new("@disconnect", DisconnectText.Of(tenant.Disconnect)),
        new("@mode", BillingText.Of(tenant.Mode)),
        new("@monthly_budget", tenant.MonthlyBudget?.NanoUsd),
    ];

    private static Tenant Read(DbDataReader row) => new()
    {
        Id = new TenantId(row.GetString(0)),
        Name = row.GetString(1),
        Tier = row.TextOrNull(2),
        Limits = StoredLimits.Read(row.TextOrNull(3)),
        Disconnect = DisconnectText.ToPolicy(row.GetString(4)),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(5)),
        Mode = BillingText.ToMode(row.GetString(6)),
        MonthlyBudget = row.MoneyOrNull(7),
    };
}
