using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Keys;

/// <summary>Keys in the database, by their hash; a secret itself is seen once, when it is made.</summary>
internal sealed class KeyStore(Database database, ChangeLog changes, AuditLog audit, KeyCache cache, TimeProvider time)
{
    private const string Columns = "id, tenant_id, name, prefix, limits, allowed_models, expires_at, created_at, revoked_at, monthly_budget_nano_usd, role, allowed_ips, last_used_at";

    private const string Insert =
        "insert into api_keys (id, tenant_id, name, hash, prefix, limits, allowed_models, expires_at, created_at, monthly_budget_nano_usd, role, allowed_ips) "
        + "values (@id, @tenant, @name, @hash, @prefix, @limits, @allowed_models, @expires_at, @created_at, @monthly_budget, @role, @allowed_ips)";

    private const string Update =
        "update api_keys set name = @name, prefix = @prefix, limits = @limits, allowed_models = @allowed_models, expires_at = @expires_at, "
        + "monthly_budget_nano_usd = @monthly_budget, role = @role, allowed_ips = @allowed_ips, revoked_at = @revoked_at where id = @id";

    private const string SelectById = "select " + Columns + " from api_keys where id = @id";
    private const string SelectPage = "select " + Columns + " from api_keys where tenant_id = @tenant and id < @before order by id desc limit @limit";
    private const string SelectLiveByName = "select " + Columns + " from api_keys where tenant_id = @tenant and name = @name and revoked_at is null";

    private const string Retire = "insert into retired_secrets (hash, key_id, works_until) select hash, id, @until from api_keys where id = @id";
    private const string ForgetRetired = "delete from retired_secrets where key_id = @id and works_until <= @now";
    private const string SetHash = "update api_keys set hash = @hash where id = @id";
    private const string Used = "update api_keys set last_used_at = @at where id = @id and (last_used_at is null or last_used_at < @at)";

    private const string KnownColumns =
        "k.id, k.tenant_id, k.limits, k.allowed_models, k.expires_at, t.tier, t.limits, t.disconnect, t.mode, t.monthly_budget_nano_usd, k.monthly_budget_nano_usd, "
        + "k.role, k.allowed_ips";

    /// <summary>One look-up in each of two unique indexes.</summary>
    public const string SelectByHash =
        "select k.hash, cast(null as bigint), " + KnownColumns + " from api_keys k join tenants t on t.id = k.tenant_id "
        + "where k.hash = @hash and k.revoked_at is null and t.deleted_at is null "
        + "union all select r.hash, r.works_until, " + KnownColumns + " from retired_secrets r join api_keys k on k.id = r.key_id join tenants t on t.id = k.tenant_id "
        + "where r.hash = @hash and k.revoked_at is null and t.deleted_at is null";

    // Behind every id there can be, in any collation: ids have hexadecimal digits.
    private const string FromTheNewest = "key_z";

    /// <summary>Makes a key for a tenant that exists.</summary>
    public async Task<IssuedKey> IssueAsync(TenantId tenant, KeyDraft draft, Actor actor, CancellationToken cancellationToken)
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
            Role = draft.Role,
            AllowedIps = draft.AllowedIps,
            CreatedAt = now,
        };
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    Insert,
                    [.. Arguments(key), new("@tenant", key.Tenant.Value), new("@hash", HashOf(secret)), new("@created_at", UnixMicroseconds.From(key.CreatedAt))],
                    cancellationToken);
                await SayAsync(session, actor, "key.create", null, key, cancellationToken);
                return key;
            },
            cancellationToken);
        return new IssuedKey(key, secret);
    }

    /// <summary>A new key of that name in place of all the tenant's keys of that name, which are revoked.</summary>
    public async Task<IssuedKey> ReissueAsync(TenantId tenant, KeyDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        var old = await database.ListAsync(SelectLiveByName, Read, [new("@tenant", tenant.Value), new("@name", draft.Name)], cancellationToken);
        foreach (var key in old)
        {
            await RevokeAsync(key.Id, static _ => null, actor, cancellationToken);
        }

        return await IssueAsync(tenant, draft, actor, cancellationToken);
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

    /// <summary>Changes some fields: on this node when this returns, on the others with their next look at the changes.</summary>
    /// <param name="id">Of the key.</param>
    /// <param name="refuse">Why the one who asks may not change this key, or null.</param>
    /// <param name="change">What is to be otherwise.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the change, if it comes in time.</param>
    public Task<Outcome<TenantKey>> UpdateAsync(KeyId id, Func<TenantKey, GatewayError?> refuse, KeyChange change, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            "key.update",
            key => (refuse(key) ?? Ended(key)) is { } error ? error : change.Apply(key),
            null,
            actor,
            cancellationToken);

    /// <summary>Gives a key another secret. The one so far works until the grace is over; so do those before it, by their own graces.</summary>
    /// <inheritdoc cref="UpdateAsync"/>
    public async Task<Outcome<IssuedKey>> RotateAsync(KeyId id, Func<TenantKey, GatewayError?> refuse, TimeSpan grace, Actor actor, CancellationToken cancellationToken)
    {
        var (now, secret) = (time.GetUtcNow(), ApiKey.Generate());
        var rotated = await ChangeAsync(
            id,
            "key.rotate",
            key => (refuse(key) ?? Ended(key)) is { } error ? error : key with { Prefix = ApiKey.PrefixOf(secret) },
            async session =>
            {
                await session.ExecuteAsync(ForgetRetired, [new("@id", id.Value), new("@now", UnixMicroseconds.From(now))], cancellationToken);
                if (grace > TimeSpan.Zero)
                {
                    await session.ExecuteAsync(Retire, [new("@id", id.Value), new("@until", UnixMicroseconds.From(now + grace))], cancellationToken);
                }

                await session.ExecuteAsync(SetHash, [new("@id", id.Value), new("@hash", HashOf(secret))], cancellationToken);
            },
            actor,
            cancellationToken);
        return rotated.TryGet(out var key, out var refusal) ? new IssuedKey(key, secret) : refusal;
    }

    /// <summary>Ends a key with all its secrets. Ending it twice is no error: it stays ended.</summary>
    /// <inheritdoc cref="UpdateAsync"/>
    public Task<Outcome<TenantKey>> RevokeAsync(KeyId id, Func<TenantKey, GatewayError?> refuse, Actor actor, CancellationToken cancellationToken) => ChangeAsync(
        id, "key.revoke", key => refuse(key) is { } error ? error : key with { RevokedAt = key.RevokedAt ?? time.GetUtcNow() }, null, actor, cancellationToken);

    /// <summary>The key with this secret unless it is revoked; expired ones are found.</summary>
    public async Task<KnownKey?> FindByHashAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        var found = await database.FirstAsync(SelectByHash, row => Tuple.Create(row.GetFieldValue<byte[]>(0), ReadKnown(row)), [new("@hash", hash.ToBytes())], cancellationToken);
        return found is not null && hash.Matches(found.Item1) ? found.Item2 : null;
    }

    /// <summary>Notes when keys were used.</summary>
    public Task<int> WriteUsesAsync(IReadOnlyCollection<(KeyId Key, DateTimeOffset At)> uses, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var written = 0;

            // In the order of keys, so that nodes that write at once wait for each other rather than lock each other out.
            foreach (var (key, at) in uses.OrderBy(use => use.Key.Value, StringComparer.Ordinal))
            {
                written += await session.ExecuteAsync(Used, [new("@id", key.Value), new("@at", UnixMicroseconds.From(at))], cancellationToken);
            }

            return written;
        },
        cancellationToken);

    private static GatewayError? Ended(TenantKey key) => key.RevokedAt is null ? null : GatewayError.KeyRevoked(key.Id.Value);

    private async Task<Outcome<TenantKey>> ChangeAsync(
        KeyId id, string action, Func<TenantKey, Outcome<TenantKey>> change, Func<SqlSession, Task>? also, Actor actor, CancellationToken cancellationToken)
    {
        var outcome = await database.WriteAsync(
            async session =>
            {
                if (await session.ListAsync(SelectById + database.Dialect.ForUpdate, Read, [new("@id", id.Value)], cancellationToken) is not [var before])
                {
                    return GatewayError.NotFound("key", id.Value);
                }

                var changed = change(before);
                if (!changed.TryGet(out var after, out _) || (after == before && also is null))
                {
                    return changed;
                }

                if (also is not null)
                {
                    await also(session);
                }

                await session.ExecuteAsync(
                    Update, [.. Arguments(after), new("@revoked_at", after.RevokedAt is { } at ? UnixMicroseconds.From(at) : null)], cancellationToken);
                await SayAsync(session, actor, action, before, after, cancellationToken);
                return changed;
            },
            cancellationToken);
        if (outcome.Error is null)
        {
            cache.Evict([new Change(0, ChangeKind.Key, id.Value)]);
            await changes.TellAsync();
        }

        return outcome;
    }

    private async Task SayAsync(SqlSession session, Actor actor, string action, TenantKey? before, TenantKey after, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(session, actor, action, after.Tenant.Value, after.Id.Value, before is null ? null : KeyJson.Text(before), KeyJson.Text(after), cancellationToken);

        // Last, for its row is locked until the end.
        await changes.AppendAsync(session, ChangeKind.Key, after.Id.Value, cancellationToken);
    }

    private static byte[] HashOf(string secret)
    {
        Span<byte> ascii = stackalloc byte[ApiKey.Length];
        ApiKey.TryRead(secret, ascii);
        return KeyHash.Of(ascii).ToBytes();
    }

    private static SqlArgument[] Arguments(TenantKey key) =>
    [
        new("@id", key.Id.Value),
        new("@name", key.Name),
        new("@prefix", key.Prefix),
        new("@limits", StoredLimits.Write(key.Limits)),
        new("@allowed_models", WriteTexts(key.AllowedModels)),
        new("@expires_at", key.ExpiresAt is { } expiry ? UnixMicroseconds.From(expiry) : null),
        new("@monthly_budget", key.MonthlyBudget?.NanoUsd),
        new("@role", RoleText.Of(key.Role)),
        new("@allowed_ips", WriteTexts(key.AllowedIps)),
    ];

    private static KnownKey ReadKnown(DbDataReader row)
    {
        var (retires, expires) = (row.TimeOrNull(1), row.TimeOrNull(6));
        var addresses = ReadTexts(row.TextOrNull(14));
        return new KnownKey(
            new Caller
            {
                Key = new KeyId(row.GetString(2)),
                Tenant = new TenantId(row.GetString(3)),
                KeyLimits = StoredLimits.Read(row.TextOrNull(4)),
                AllowedModels = ReadTexts(row.TextOrNull(5)),
                Tier = row.TextOrNull(7),
                TenantLimits = StoredLimits.Read(row.TextOrNull(8)),
                Disconnect = DisconnectText.ToPolicy(row.GetString(9)),
                Mode = BillingText.ToMode(row.GetString(10)),
                TenantBudget = row.MoneyOrNull(11),
                KeyBudget = row.MoneyOrNull(12),
                Role = ReadRole(row.GetString(13)),
            },
            retires < expires || expires is null ? retires : expires,
            addresses.IsEmpty ? null : AddressRanges.Of(addresses));
    }

    private static TenantKey Read(DbDataReader row) => new()
    {
        Id = new KeyId(row.GetString(0)),
        Tenant = new TenantId(row.GetString(1)),
        Name = row.GetString(2),
        Prefix = row.GetString(3),
        Limits = StoredLimits.Read(row.TextOrNull(4)),
        AllowedModels = ReadTexts(row.TextOrNull(5)),
        ExpiresAt = row.TimeOrNull(6),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(7)),
        RevokedAt = row.TimeOrNull(8),
        MonthlyBudget = row.MoneyOrNull(9),
        Role = ReadRole(row.GetString(10)),
        AllowedIps = ReadTexts(row.TextOrNull(11)),
        LastUsedAt = row.TimeOrNull(12),
    };

    private static Role ReadRole(string text) => RoleText.ToRole(text) ?? throw new InvalidDataException($"No role is called '{text}'.");

    private static string? WriteTexts(ImmutableArray<string> texts) => texts.IsEmpty ? null : JsonSerializer.Serialize([.. texts], KeysJson.Default.StringArray);

    private static ImmutableArray<string> ReadTexts(string? text) =>
        text is null ? [] : [.. JsonSerializer.Deserialize(text, KeysJson.Default.StringArray) ?? []];
}
