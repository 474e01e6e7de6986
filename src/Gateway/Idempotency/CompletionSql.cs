namespace Gateway.Idempotency;

/// <summary>
/// How a claim is completed inside the ledger's transaction: first room is taken for the answer, if the tenant has it, then the key's row
/// changes. Both only while the key is the owner's.
/// </summary>
internal static class CompletionSql
{
    /// <summary>PostgreSQL: all of it in one statement; the key's row is locked first.</summary>
    public const string Postgres =
        "with mine as (select tenant_id from idempotency where key_id = $1 and key_hash = $2 and owner = $3 and state = 'running' for update), "
        + "room as (insert into idempotency_usage as u (tenant_id, bytes) select tenant_id, $4 from mine where $6::bytea is not null and $4 <= $5 "
        + "on conflict (tenant_id) do update set bytes = u.bytes + excluded.bytes where u.bytes + excluded.bytes <= $5 returning 1) "
        + "update idempotency set state = 'completed', expires_at = $7, bytes = case when exists (select 1 from room) then $4 else 0 end, "
        + "answer = case when exists (select 1 from room) then $6::bytea end, status = case when exists (select 1 from room) then $8::bigint end, "
        + "content_type = $9, provider = $10, model = $11, amount_nano_usd = $12 "
        + "from mine where key_id = $1 and key_hash = $2";

    /// <summary>SQLite, first: takes the room; no row changes where there is none, or where the key is another's.</summary>
    public const string TakeRoom =
        "insert into idempotency_usage as u (tenant_id, bytes) select tenant_id, @bytes from idempotency"
        + OfOwner + " and @bytes <= @most on conflict (tenant_id) do update set bytes = u.bytes + excluded.bytes where u.bytes + excluded.bytes <= @most";

    /// <summary>SQLite, second.</summary>
    public const string Complete =
        "update idempotency set state = 'completed', expires_at = @expires, bytes = @bytes, answer = @answer, status = @status, "
        + "content_type = @content_type, provider = @provider, model = @model, amount_nano_usd = @amount" + OfOwner;

    private const string OfOwner = " where key_id = @caller and key_hash = @key and owner = @owner and state = 'running'";
}
