using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Tenants in the database.</summary>
internal sealed class TenantStore(Database database, ChangeLog changes, TimeProvider time)
{
    private const string Columns = "id, name, tier, limits, disconnect, created_at, mode, monthly_budget_nano_usd";
    private const string Insert = "insert into tenants (" + Columns + ") values (@id, @name, @tier, @limits, @disconnect, @created_at, @mode, @monthly_budget)";
    private const string SelectById = "select " + Columns + " from tenants where id = @id";
    private const string SelectByName = "select " + Columns + " from tenants where name = @name order by id limit 1";
    private const string SelectPage = "select " + Columns + " from tenants where id < @before order by id desc limit @limit";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "ten_z";

    public Task<Tenant> CreateAsync(TenantDraft draft, CancellationToken cancellationToken)
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
                await session.ExecuteAsync(Insert, Arguments(tenant), cancellationToken);
                await changes.AppendAsync(session, ChangeKind.Tenant, tenant.Id.Value, cancellationToken);
                return tenant;
            },
            cancellationToken);
    }

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

    private static SqlArgument[] Arguments(Tenant tenant) =>
    [
        new("@id", tenant.Id.Value),
        new("@name", tenant.Name),
        new("@tier", tenant.Tier),
        new("@limits", StoredLimits.Write(tenant.Limits)),
        new("@disconnect", DisconnectText.Of(tenant.Disconnect)),
        new("@created_at", UnixMicroseconds.From(tenant.CreatedAt)),
        new("@mode", BillingText.Of(tenant.Mode)),
        new("@monthly_budget", tenant.MonthlyBudget?.NanoUsd),
    ];

    private static Tenant Read(DbDataReader row) => new()
    {
        Id = new TenantId(row.GetString(0)),
        Name = row.GetString(1),
        Tier = row.IsDBNull(2) ? null : row.GetString(2),
        Limits = StoredLimits.Read(row.IsDBNull(3) ? null : row.GetString(3)),
        Disconnect = DisconnectText.ToPolicy(row.GetString(4)),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(5)),
        Mode = BillingText.ToMode(row.GetString(6)),
        MonthlyBudget = row.IsDBNull(7) ? null : new Money(row.GetInt64(7)),
    };
}
