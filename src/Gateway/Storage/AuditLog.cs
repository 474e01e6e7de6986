using System.Data.Common;

namespace Gateway.Storage;

/// <summary>Who changed what: written in the transaction of the change, and never changed or taken away by the gateway.</summary>
internal sealed class AuditLog(Database database, TimeProvider time)
{
    private const string Columns = "id, at, actor, role, address, action, tenant_id, subject, before, after";

    private const string Insert = "insert into audit (" + Columns + ") values (@id, @at, @actor, @role, @address, @action, @tenant, @subject, @before, @after)";

    // PostgreSQL cannot tell the type of a null by itself.
    private const string SelectPage = "select " + Columns + " from audit where id < @before and (cast(@tenant as text) is null or tenant_id = @tenant) order by id desc limit @limit";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "aud_z";

    /// <summary>To be called inside the transaction that makes the change.</summary>
    public Task AppendAsync(SqlSession session, Actor actor, string action, string? tenant, string subject, string? before, string? after, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return session.ExecuteAsync(
            Insert,
            [
                new("@id", AuditId.Next(now)),
                new("@at", UnixMicroseconds.From(now)),
                new("@actor", actor.Name),
                new("@role", actor.Role),
                new("@address", actor.Address),
                new("@action", action),
                new("@tenant", tenant),
                new("@subject", subject),
                new("@before", before),
                new("@after", after),
            ],
            ct);
    }

    /// <summary>For a change that is no transaction of the database's own.</summary>
    public Task WriteAsync(Actor actor, string action, string? tenant, string subject, string? before, string? after, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            await AppendAsync(session, actor, action, tenant, subject, before, after, ct);
            return true;
        },
        ct);

    /// <summary>Newest first.</summary>
    /// <param name="tenant">Changes of this tenant and its keys; null for all.</param>
    /// <param name="after">The id behind which to go on, or null.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends the query.</param>
    public async Task<Page<AuditEntry>> ListAsync(string? tenant, string? after, int limit, CancellationToken ct)
    {
        var rows = await database.ListAsync(
            SelectPage, Read, [new("@before", after ?? FromTheNewest), new("@tenant", tenant), new("@limit", limit + 1)], ct);
        return Page<AuditEntry>.Of(rows, limit, entry => entry.Id);
    }

    private static AuditEntry Read(DbDataReader row) => new(
        row.GetString(0),
        UnixMicroseconds.ToTime(row.GetInt64(1)),
        new Actor(row.GetString(2), row.GetString(3), row.TextOrNull(4)),
        row.GetString(5),
        row.TextOrNull(6),
        row.GetString(7),
        row.TextOrNull(8),
        row.TextOrNull(9));
}
