namespace Gateway.Ledger;

/// <summary>
/// The columns of <c>usage_daily</c> and the statements that add to it. Money stays at the largest amount that a column holds (9.2 billion dollars
/// a day, key and model) rather than that a row be refused for its sum.
/// </summary>
internal static class UsageSql
{
    public const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The day of a ledger row, as days since 1970.</summary>
    public const string DayOfRow = "at / 86400000000";

    public const string Columns =
        "day, tenant_id, key_id, model, requests, prompt_tokens, cached_tokens, image_tokens, completion_tokens, reasoning_tokens, images, "
        + "amount_nano_usd, list_amount_nano_usd";

    /// <summary>What a ledger row must tell to be added here and to its accounts.</summary>
    public const string RowColumns =
        "request_id, prepaid, reverses, reversal, at, tenant_id, key_id, model, prompt_tokens, cached_tokens, image_tokens, completion_tokens, reasoning_tokens, images, amount_nano_usd, list_amount_nano_usd";

    /// <summary>SQLite: adds one day's sums of one key and model; a parameter for each column.</summary>
    public const string AddSums =
        Insert + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" + OnConflict + AddCounts
        + "amount_nano_usd = min(u.amount_nano_usd + excluded.amount_nano_usd, 9223372036854775807), "
        + "list_amount_nano_usd = min(u.list_amount_nano_usd + excluded.list_amount_nano_usd, 9223372036854775807)";

    /// <summary>
    /// PostgreSQL: adds all rows of the table expression <c>written</c>. By tenant and key in their order, so that nodes that write at once
    /// wait for each other rather than lock each other out.
    /// </summary>
    public const string AddWritten =
        Insert + "select " + DayOfRow + ", tenant_id, key_id, model, count(*) filter (where reverses is null), sum(prompt_tokens), sum(cached_tokens), sum(image_tokens), "
        + "sum(completion_tokens), sum(reasoning_tokens), sum(images), "
        + "least(sum(amount_nano_usd), 9223372036854775807), least(sum(list_amount_nano_usd), 9223372036854775807) "
        + "from written group by " + DayOfRow + ", tenant_id, key_id, model order by tenant_id, key_id, model, " + DayOfRow
        + OnConflict + AddCounts
        + "amount_nano_usd = least(u.amount_nano_usd::numeric + excluded.amount_nano_usd, 9223372036854775807), "
        + "list_amount_nano_usd = least(u.list_amount_nano_usd::numeric + excluded.list_amount_nano_usd, 9223372036854775807)";

    /// <summary>The columns that are sums of rows' own, but for money.</summary>
    public static readonly IReadOnlyList<string> Counts =
        ["prompt_tokens", "cached_tokens", "image_tokens", "completion_tokens", "reasoning_tokens", "images"];

    public static readonly IReadOnlyList<string> Amounts = ["amount_nano_usd", "list_amount_nano_usd"];

    private const string Insert = "insert into usage_daily as u (" + Columns + ") ";

    private const string OnConflict = " on conflict (day, tenant_id, key_id, model) do update set ";

    private const string AddCounts =
        "requests = u.requests + excluded.requests, "
        + "prompt_tokens = u.prompt_tokens + excluded.prompt_tokens, "
        + "cached_tokens = u.cached_tokens + excluded.cached_tokens, "
        + "image_tokens = u.image_tokens + excluded.image_tokens, "
        + "completion_tokens = u.completion_tokens + excluded.completion_tokens, "
        + "reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens, "
        + "images = u.images + excluded.images, ";
}
