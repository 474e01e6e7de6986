namespace Gateway.Ledger;

/// <summary>The ledger's rows as lines of CSV.</summary>
internal static class LedgerCsvText
{
    public const string Header =
        "request_id,at,tenant_id,key_id,endpoint,model,provider,upstream_model,stream,status,outcome,"
        + "prompt_tokens,cached_tokens,image_tokens,image_tokens_estimated,audio_input_tokens,cache_write_tokens,"
        + "completion_tokens,reasoning_tokens,audio_output_tokens,image_output_tokens,"
        + "images,output_images,seconds,characters,end_user,tags,usage_source,price,"
        + "amount_nano_usd,list_amount_nano_usd,latency_ms,first_token_ms,trace_id,prepaid,reverses,note\r\n";

    public static void Append(CsvRow line, LedgerEntry row)
    {
        line.Text(row.RequestId);
        line.Time(row.At);
        line.Text(row.TenantId.Value);
        line.Text(row.KeyId.Value);
        line.Text(row.Endpoint);
        line.Text(row.Model);
        line.Text(row.Provider);
        line.Text(row.UpstreamModel);
        line.Flag(row.Stream);
        line.Number(row.Status);
        line.Text(LedgerText.Of(row.Outcome));
        line.Number(row.PromptTokens);
        line.Number(row.CachedTokens);
        line.Number(row.ImageTokens);
        line.Number(row.ImageTokensEstimated);
        line.Number(row.AudioInputTokens);
        line.Number(row.CacheWriteTokens);
        line.Number(row.CompletionTokens);
        line.Number(row.ReasoningTokens);
        line.Number(row.AudioOutputTokens);
        line.Number(row.ImageOutputTokens);
        line.Number(row.Images);
        line.Number(row.OutputImages);
        line.Number(row.Seconds);
        line.Number(row.Characters);
        line.Text(row.EndUser);
        line.Text(row.Tags);
        line.Text(LedgerText.Of(row.UsageSource));
        line.Text(row.Price);
        line.Number(row.Amount.NanoUsd);
        line.Number(row.ListAmount.NanoUsd);
        line.Number(row.LatencyMs);
        line.Number(row.FirstTokenMs);
        line.Text(row.TraceId);
        line.Flag(row.Prepaid);
        line.Text(row.Reverses);
        line.Text(row.Note);
        line.End();
    }
}
