using System.Text;
using Gateway.Core.Callers;
using Gateway.Idempotency;
using Gateway.Storage;

namespace Gateway.Responses;

/// <summary>
/// Who a provider's stored responses belong to, where they are, and what they weigh; never what they say. A provider's account is shared by
/// all tenants, so that an id that is not here is nobody's. They are forgotten after <see cref="Lifetime"/>, as OpenAI forgets its own.
/// </summary>
internal sealed class ResponseStore(Database database, KeyStatements statements, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The most items of one output that can be referred to later.</summary>
    public const int MostItems = 256;

    private const int LongestId = 256;
    private const string Columns = "id, response_id, model, provider, upstream_model, tokens";
    private const string DeleteResponse = "delete from stored_responses where tenant_id = @tenant and response_id = @id";
    private const string SelectOne = "select " + Columns + " from stored_responses where tenant_id = @tenant and expires_at > @now and id = @id";

    // Rows that another node is just changing are left to the next round.
    private readonly string _deleteExpired =
        "delete from stored_responses where (tenant_id, id) in (select tenant_id, id from stored_responses where expires_at <= @now order by expires_at limit @limit"
        + database.Dialect.SkipLocked + ")";

    /// <summary>Durable on return. An id that the tenant has already is left as it is, and one longer than any is not kept.</summary>
    public async Task AddAsync(ResponseDraft draft, CancellationToken ct)
    {
        if (draft.Id.Length > LongestId)
        {
            return;
        }

        var sql = new StringBuilder($"insert into stored_responses (tenant_id, {Columns}, expires_at) values (@tenant, @response, @response, @model, @provider, @upstream, @tokens, @expires)");
        List<SqlArgument> arguments =
        [
            new("@tenant", draft.Tenant.Value),
            new("@response", draft.Id),
            new("@model", draft.Target.Requested),
            new("@provider", draft.Target.Deployment.Provider.Name),
            new("@upstream", draft.Target.Deployment.Model),
            new("@tokens", draft.Tokens),
            new("@output", draft.OutputTokens),
            new("@expires", UnixMicroseconds.From(time.GetUtcNow() + Lifetime)),
        ];
        foreach (var (index, id) in draft.Items.Where(id => id.Length <= LongestId && id != draft.Id).Distinct(StringComparer.Ordinal).Take(MostItems).Index())
        {
            sql.Append($", (@tenant, @i{index}, @response, @model, @provider, @upstream, @output, @expires)");
            arguments.Add(new($"@i{index}", id));
        }

        sql.Append(" on conflict (tenant_id, id) do nothing");
        await statements.ExecuteAsync(sql.ToString(), [.. arguments], ct);
    }

    /// <summary>What the tenant has of this id; null where that is nothing, or nothing any more.</summary>
    public Task<StoredItem?> FindAsync(TenantId tenant, string id, CancellationToken ct) => database.FirstAsync(
        SelectOne,
        row => new StoredItem(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt64(5)),
        [new("@tenant", tenant.Value), new("@now", UnixMicroseconds.From(time.GetUtcNow())), new("@id", id)],
        ct);

    /// <summary>What the tenant has of these ids, by their names.</summary>
    /// <param name="ids">Different ones, 1 to 300.</param>
    public async Task<Dictionary<string, StoredItem>> FindAsync(TenantId tenant, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var names = string.Join(", ", Enumerable.Range(0, ids.Count).Select(index => $"@i{index}"));
        var rows = await database.ListAsync(
            $"select {Columns} from stored_responses where tenant_id = @tenant and expires_at > @now and id in ({names})",
            row => new StoredItem(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt64(5)),
            [
                new("@tenant", tenant.Value),
                new("@now", UnixMicroseconds.From(time.GetUtcNow())),
                .. ids.Select((id, index) => new SqlArgument($"@i{index}", id)),
            ],
            ct);
        return rows.ToDictionary(item => item.Id, StringComparer.Ordinal);
    }

    /// <summary>Forgets a response with all items of its output.</summary>
    public Task RemoveAsync(TenantId tenant, string id, CancellationToken ct) =>
        statements.ExecuteAsync(DeleteResponse, [new("@tenant", tenant.Value), new("@id", id)], ct);

    /// <summary>Forgets what has expired, up to <paramref name="limit"/> rows.</summary>
    /// <returns>How many they were.</returns>
    public Task<int> RemoveExpiredAsync(int limit, CancellationToken ct) =>
        statements.ExecuteAsync(_deleteExpired, [new("@now", UnixMicroseconds.From(time.GetUtcNow())), new("@limit", limit)], ct);
}
