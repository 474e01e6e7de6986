namespace Gateway.Ledger;

/// <summary>The columns of the ledger in the one order that the sinks write and the store reads.</summary>
internal static class LedgerSql
{
    public const string Columns =
        "request_id, at, tenant_id, key_id, endpoint, model, provider, upstream_model, stream, status, outcome, "
        + "prompt_tokens, cached_tokens, image_tokens, image_tokens_estimated, audio_input_tokens, cache_write_tokens, "
        + "completion_tokens, reasoning_tokens, audio_output_tokens, image_output_tokens, "
        + "images, output_images, seconds, characters, end_user, tags, usage_source, price, "
        + "amount_nano_usd, list_amount_nano_usd, latency_ms, first_token_ms, trace_id, prepaid, reverses, reversal, note";

    public const string Insert = "insert into ledger (" + Columns + ") ";

    public const string IgnoreKnown = " on conflict (request_id) do nothing";
}
