using System.Data.Common;
using Gateway.Storage;

namespace Gateway.Idempotency;

/// <summary>
/// The keys in the database. One conditional insert decides who owns a key; every later change names that owner, so that one whose lease ran
/// out can change nothing any more. Times are those of the nodes' clocks, which must agree to within a third of <see cref="Lease"/>.
/// </summary>
internal sealed class IdempotencyStore(Database database, KeyStatements statements, TimeProvider time)
{
    /// <summary>How long an owner is believed to be at work without a word of it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const string OfKey = " where key_id = @caller and key_hash = @key";
    private const string OfOwner = OfKey + " and owner = @owner and state = 'running'";

    private const string InsertOrTakeOver =
        "insert into idempotency as i (key_id, key_hash, tenant_id, endpoint, body_hash, state, owner, lease_until, created_at, expires_at, bytes) "
        + "values (@caller, @key, @tenant, @endpoint, @body, 'running', @owner, @lease, @now, @expires, 0) "
        + "on conflict (key_id, key_hash) do update set endpoint = excluded.endpoint, body_hash = excluded.body_hash, owner = excluded.owner, "
        + "lease_until = excluded.lease_until, created_at = excluded.created_at, expires_at = excluded.expires_at "
        + "where i.state = 'running' and i.lease_until <= @lapsed";

    private const string SelectKey = "select " + KeyRow.Columns + " from idempotency" + OfKey;
    private const string SelectAnswer = "select answer from idempotency" + OfKey + " and owner = @owner and answer is not null";
    private const string ExtendLease = "update idempotency set lease_until = @lease" + OfOwner;
    private const string DeleteRunning = "delete from idempotency" + OfOwner;

    private const string Expired = "expires_at <= @now and (state = 'completed' or lease_until <= @lapsed)";
    private const string DeleteReturning = " returning tenant_id, bytes";
    private const string TakeFromUsage = "update idempotency_usage set bytes = bytes - @bytes where tenant_id = @tenant";

    // Rows that another node is just changing are left to the next round.
    private readonly string _deleteExpired =
        "delete from idempotency where (key_id, key_hash) in (select key_id, key_hash from idempotency where " + Expired
        + " order by expires_at limit @limit" + database.Dialect.SkipLocked + ")" + DeleteReturning;

    /// <summary>
    /// Leases that ran out by then are over. After an outage none is for a while: the owner may have a row in its spool that completes the key,
    /// and could not lengthen the lease.
    /// </summary>
    public DateTimeOffset Lapsed => database.IsSteady ? time.GetUtcNow() : DateTimeOffset.UnixEpoch;

    /// <summary>Null where nobody used the key.</summary>
    public Task<KeyRow?> FindAsync(IdempotentRequest request, CancellationToken ct) =>
        database.FirstAsync(SelectKey, KeyRow.Read, KeyOf(request), ct);

    /// <summary>Takes a key that nobody has, or whose owner's lease ran out.</summary>
    /// <param name="request">Whose key.</param>
    /// <param name="owner">The request id of the one that takes it.</param>
    /// <param name="keepUntil">When a row whose owner never ends is removed.</param>
    /// <param name="ct">Ends the waiting for a connection alone.</param>
    public async Task<bool> TryClaimAsync(IdempotentRequest request, string owner, DateTimeOffset keepUntil, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var changed = await statements.ExecuteAsync(
            InsertOrTakeOver,
            [
                .. KeyOf(request),
                new("@tenant", request.Tenant.Value),
                new("@endpoint", request.Endpoint),
                new("@body", request.BodyHash),
                new("@owner", owner),
                new("@lease", UnixMicroseconds.From(now + Lease)),
                new("@now", UnixMicroseconds.From(now)),
                new("@expires", UnixMicroseconds.From(keepUntil)),
                LapsedArgument(),
            ],
            ct);
        return changed > 0;
    }

    /// <summary>Lengthens the lease to a whole one from now.</summary>
    /// <returns>False where the key is not this owner's any more.</returns>
    public async Task<bool> TryRenewAsync(IdempotentRequest request, string owner, CancellationToken ct) =>
        await statements.ExecuteAsync(ExtendLease, [.. KeyOf(request), new("@owner", owner), new("@lease", UnixMicroseconds.From(time.GetUtcNow() + Lease))], ct) > 0;

    /// <summary>Frees the key, if it is still this owner's and was not completed.</summary>
    public Task ReleaseAsync(IdempotentRequest request, string owner, CancellationToken ct) =>
        statements.ExecuteAsync(DeleteRunning, [.. KeyOf(request), new("@owner", owner)], ct);

    /// <summary>Reads a stored answer's bytes into <paramref name="buffer"/>, which is as long as they are.</summary>
    /// <returns>False where they are gone by now.</returns>
    public async Task<bool> TryReadAsync(IdempotentRequest request, StoredAnswer answer, Memory<byte> buffer, CancellationToken ct)
    {
        var read = await database.FirstAsync(
            SelectAnswer,
            row =>
            {
                using var bytes = row.GetStream(0);
                bytes.ReadExactly(buffer.Span);
                return answer;
            },
            [.. KeyOf(request), new("@owner", answer.RequestId)],
            ct);
        return read is not null;
    }

    /// <summary>Removes a key whose time is over.</summary>
    public Task RemoveExpiredAsync(IdempotentRequest request, CancellationToken ct) =>
        RemoveAsync("delete from idempotency" + OfKey + " and " + Expired + DeleteReturning, [.. KeyOf(request), Now(), LapsedArgument()], ct);

    /// <summary>Removes some of the keys whose time is over, oldest first.</summary>
    /// <returns>How many.</returns>
    public Task<int> RemoveExpiredAsync(int limit, CancellationToken ct) => RemoveAsync(_deleteExpired, [new("@limit", limit), Now(), LapsedArgument()], ct);

    private static SqlArgument[] KeyOf(IdempotentRequest request) => [new("@caller", request.Caller.Value), new("@key", request.KeyHash)];

    private SqlArgument LapsedArgument() => new("@lapsed", UnixMicroseconds.From(Lapsed));

    private SqlArgument Now() => new("@now", UnixMicroseconds.From(time.GetUtcNow()));

    private Task<int> RemoveAsync(string sql, SqlArgument[] arguments, CancellationToken ct) => database.WriteAsync(
        async session =>
        {
            var removed = await session.ListAsync(sql, ReadWeight, arguments, ct);

            // In the order of tenants, as whoever completes goes by, so that nodes wait for each other rather than lock each other out.
            foreach (var tenant in removed.Where(row => row.Bytes > 0).GroupBy(row => row.Tenant, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                await session.ExecuteAsync(TakeFromUsage, [new("@tenant", tenant.Key), new("@bytes", tenant.Sum(row => row.Bytes))], ct);
            }

            return removed.Count;
        },
        ct);

    private static (string Tenant, long Bytes) ReadWeight(DbDataReader row) => (row.GetString(0), row.GetInt64(1));
}
