using Gateway.Ledger;

namespace Gateway.Admin;

/// <summary>The contract's row, field by field.</summary>
internal sealed record LedgerRowJson
{
    public required string RequestId { get; init; }

    public DateTimeOffset At { get; init; }

    public required string TenantId { get; init; }

    public required string KeyId { get; init; }

    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    public string? Provider { get; init; }

    public string? UpstreamModel { get; init; }

    public bool Stream { get; init; }

    public int Status { get; init; }

    public required string Outcome { get; init; }

    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    public long ImageTokens { get; init; }

    public long ImageTokensEstimated { get; init; }

    public long AudioInputTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long AudioOutputTokens { get; init; }

    public long ImageOutputTokens { get; init; }

    public long Images { get; init; }

    public long OutputImages { get; init; }

    public long Seconds { get; init; }

    public long Characters { get; init; }

    public string? EndUser { get; init; }

    public RawJson? Tags { get; init; }

    public required string UsageSource { get; init; }

    public required RawJson Price { get; init; }

    public long AmountNanoUsd { get; init; }

    public long ListAmountNanoUsd { get; init; }

    public long LatencyMs { get; init; }

    public long? FirstTokenMs { get; init; }

    public string? TraceId { get; init; }

    public bool Prepaid { get; init; }

    /// <summary>The request whose money the row gives back.</summary>
    public string? Reverses { get; init; }

    public string? Note { get; init; }

    public static LedgerRowJson Of(LedgerEntry entry) => new()
    {
        RequestId = entry.RequestId,
        At = entry.At,
        TenantId = entry.TenantId.Value,
        KeyId = entry.KeyId.Value,
        Endpoint = entry.Endpoint,
        Model = entry.Model,
        Provider = entry.Provider,
        UpstreamModel = entry.UpstreamModel,
        Stream = entry.Stream,
        Status = entry.Status,
        Outcome = LedgerText.Of(entry.Outcome),
        PromptTokens = entry.PromptTokens,
        CachedTokens = entry.CachedTokens,
        ImageTokens = entry.ImageTokens,
        ImageTokensEstimated = entry.ImageTokensEstimated,
        AudioInputTokens = entry.AudioInputTokens,
        CacheWriteTokens = entry.CacheWriteTokens,
        CompletionTokens = entry.CompletionTokens,
        ReasoningTokens = entry.ReasoningTokens,
        AudioOutputTokens = entry.AudioOutputTokens,
        ImageOutputTokens = entry.ImageOutputTokens,
        Images = entry.Images,
        OutputImages = entry.OutputImages,
        Seconds = entry.Seconds,
        Characters = entry.Characters,
        EndUser = entry.EndUser,
        Tags = entry.Tags is null ? null : new RawJson(entry.Tags),
        UsageSource = LedgerText.Of(entry.UsageSource),
        Price = new RawJson(entry.Price),
        AmountNanoUsd = entry.Amount.NanoUsd,
        ListAmountNanoUsd = entry.ListAmount.NanoUsd,
        LatencyMs = entry.LatencyMs,
        FirstTokenMs = entry.FirstTokenMs,
        TraceId = entry.TraceId,
        Prepaid = entry.Prepaid,
        Reverses = entry.Reverses,
        Note = entry.Note,
    };
}
