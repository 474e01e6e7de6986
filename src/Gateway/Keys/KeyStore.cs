using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Keys in the database, by their hash; the secret itself is seen once, when it is issued.</summary>
internal sealed class KeyStore(Database database, ChangeLog changes, KeyCache cache, TimeProvider time)
{
    private const string Columns = "id, tenant_id, name, prefix, limits, allowed_models, expires_at, created_at, revoked_at, monthly_budget_nano_usd";

    private const string Insert = "insert into api_keys (id, tenant_id, name, hash, prefix, limits, allowed_models, expires_at, created_at, monthly_budget_nano_usd) "
        + "values (@id, @tenant, @name, @hash, @prefix, @limits, @allowed_models, @expires_at, @created_at, @monthly_budget)";

    private const string SelectById = "select " + Columns + " from api_keys where id = @id";
    private const string SelectPage = "select " + Columns + " from api_keys where tenant_id = @tenant and id < @before order by id desc limit @limit";
    private const string SelectLiveByName = "select " + Columns + " from api_keys where tenant_id = @tenant and name = @name and revoked_at is null";
    private const string Revoke = "update api_keys set revoked_at = @at where id = @id and revoked_at is null";

    private const string SelectByHash = "select k.hash, k.id, k.tenant_id, k.limits, k.allowed_models, k.expires_at, t.tier, t.limits, t.disconnect, t.mode, t.monthly_budget_nano_usd, k.monthly_budget_nano_usd "
        + "from api_keys k join tenants t on t.id = k.tenant_id where k.hash = @hash and k.revoked_at is null";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "key_z";

    /// <summary>Makes a key for a tenant that exists.</summary>
    public async Task<IssuedKey> IssueAsync(TenantId tenant, KeyDraft draft, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var secret = ApiKey.Generate();
        var key = new TenantKey
        {
            Id = new KeyId($"key_{Guid.CreateVersion7(now):N}"),
            Tenant = tenant,
            Name = draft.Name,
            Prefix = ApiKey.PrefixOf(secret),
            Limits = draft.Limits,
            AllowedModels = draft.AllowedModels,
            MonthlyBudget = draft.MonthlyBudget,
            ExpiresAt = draft.ExpiresAt,
            CreatedAt = now,
        };
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(Insert, Arguments(key, secret), cancellationToken);
                await changes.AppendAsync(session, ChangeKind.Key, key.Id.Value, cancellationToken);
                return key;
            },
            cancellationToken);
        return new IssuedKey(key, secret);
    }

    /// <summary>A new key of that name in place of all the tenant's keys of that name, which are revoked.</summary>
    public async Task<IssuedKey> ReissueAsync(TenantId tenant, KeyDraft draft, CancellationToken cancellationToken)
    {
        var old = await database.ListAsync(SelectLiveByName, Read, [new("@tenant", tenant.Value), new("@name", draft.Name)], cancellationToken);
        foreach (var key in old)
        {
            await RevokeAsync(key.Id, cancellationToken);
        }

        return await IssueAsync(tenant, draft, cancellationToken);
    }

    public Task<TenantKey?> FindAsync(KeyId id, CancellationToken cancellationToken) =>
        database.FirstAsync(SelectById, Read, [new("@id", id.Value)], cancellationToken);

    /// <summary>Revoked and expired keys are listed too.</summary>
    public async Task<Page<TenantKey>> ListAsync(TenantId tenant, string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(
            SelectPage, Read, [new("@tenant", tenant.Value), new("@before", after ?? FromTheNewest), new("@limit", limit + 1)], cancellationToken);
        return Page<TenantKey>.Of(rows, limit, key => key.Id.Value);
    }

    /// <summary>Ends a key: on this node when this returns, on the others with their next look at the changes. Null where there is no such key.</summary>
    public async Task<TenantKey?> RevokeAsync(KeyId id, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                var revoked = await session.ExecuteAsync(Revoke, [new("@id", id.Value), new("@at", UnixMicroseconds.From(time.GetUtcNow()))], cancellationToken);
                if (revoked > 0)
                {
                    await changes.AppendAsync(session, ChangeKind.Key, id.Value, cancellationToken);
                }

                return revoked;
            },
            cancellationToken);
        cache.Evict([new Change(0, ChangeKind.Key, id.Value)]);
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>The key with this hash unless it is revoked; expired ones are found.</summary>
    public async Task<KnownKey?> FindByHashAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        var found = await database.FirstAsync(SelectByHash, row => Tuple.Create(row.GetFieldValue<byte[]>(0), ReadKnown(row)), [new("@hash", hash.ToBytes())], cancellationToken);
        return found is not null && hash.Matches(found.Item1) ? found.Item2 : null;
    }

    private static SqlArgument[] Arguments(TenantKey key, string secret)
    {
        Span<byte> ascii = stackalloc byte[ApiKey.Length];
        ApiKey.TryRead(secret, ascii);
        return
        [
            new("@id", key.Id.Value),
            new("@tenant", key.Tenant.Value),
            new("@name", key.Name),
            new("@hash", KeyHash.Of(ascii).ToBytes()),
            new("@prefix", key.Prefix),
            new("@limits", StoredLimits.Write(key.Limits)),
            new("@allowed_models", key.AllowedModels.IsEmpty ? null : JsonSerializer.Serialize([.. key.AllowedModels], KeysJson.Default.StringArray)),
            new("@expires_at", key.ExpiresAt is { } expiry ? UnixMicroseconds.From(expiry) : null),
            new("@created_at", UnixMicroseconds.From(key.CreatedAt)),
            new("@monthly_budget", key.MonthlyBudget?.NanoUsd),
        ];
    }

    private static KnownKey ReadKnown(DbDataReader row) => new(
        new Caller
        {
            Key = new KeyId(row.GetString(1)),
            Tenant = new TenantId(row.GetString(2)),
            KeyLimits = StoredLimits.Read(TextOrNull(row, 3)),
            AllowedModels = ReadModels(TextOrNull(row, 4)),
            Tier = TextOrNull(row, 6),
            TenantLimits = StoredLimits.Read(TextOrNull(row, 7)),
            Disconnect = DisconnectText.ToPolicy(row.GetString(8)),
            Mode = BillingText.ToMode(row.GetString(9)),
            TenantBudget = MoneyOrNull(row, 10),
            KeyBudget = MoneyOrNull(row, 11),
        },
        TimeOrNull(row, 5));

    private static TenantKey Read(DbDataReader row) => new()
    {
        Id = new KeyId(row.GetString(0)),
        Tenant = new TenantId(row.GetString(1)),
        Name = row.GetString(2),
        Prefix = row.GetString(3),
        Limits = StoredLimits.Read(TextOrNull(row, 4)),
        AllowedModels = ReadModels(TextOrNull(row, 5)),
        ExpiresAt = TimeOrNull(row, 6),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(7)),
        RevokedAt = TimeOrNull(row, 8),
        MonthlyBudget = MoneyOrNull(row, 9),
    };

    private static ImmutableArray<string> ReadModels(string? text) =>
        text is null ? [] : [.. JsonSerializer.Deserialize(text, KeysJson.Default.StringArray) ?? []];

    private static string? TextOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Money? MoneyOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : new Money(row.GetInt64(column));

    private static DateTimeOffset? TimeOrNull(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : UnixMicroseconds.ToTime(row.GetInt64(column));
}
