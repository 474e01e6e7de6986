using System.Text.Json.Serialization;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;

namespace Gateway.Ledger.Spooling;

/// <summary>
/// A row as the spool holds it, by the ledger's column names. A field that an earlier gateway may leave out of the row is simply added here, nullable;
/// one that it may not takes a new <see cref="SpoolRecord.Version"/>, so that the earlier one sets the record aside instead of writing half of it.
/// </summary>
internal sealed record SpooledRow
{
    public required string RequestId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string TenantId { get; init; }

    public required string KeyId { get; init; }

    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    public string? Provider { get; init; }

    public string? UpstreamModel { get; init; }

    public bool Stream { get; init; }

    public required int Status { get; init; }

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

    public string? Tags { get; init; }

    public required string UsageSource { get; init; }

    public required string Price { get; init; }

    [JsonPropertyName("amount_nano_usd")]
    public long Amount { get; init; }

    [JsonPropertyName("list_amount_nano_usd")]
    public long ListAmount { get; init; }

    public long LatencyMs { get; init; }

    public long? FirstTokenMs { get; init; }

    public string? TraceId { get; init; }

    public bool Prepaid { get; init; }

    public string? Reverses { get; init; }

    public long? Reversal { get; init; }

    public string? Note { get; init; }

    public SpooledCompletion? Completion { get; init; }

    public static SpooledRow Of(PendingRow row)
    {
        var entry = row.Entry;
        return new SpooledRow
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

            // JSON holds half a surrogate pair no better than the databases do.
            EndUser = LedgerText.Storable(entry.EndUser),
            Tags = LedgerText.Storable(entry.Tags),
            UsageSource = LedgerText.Of(entry.UsageSource),
            Price = entry.Price,
            Amount = entry.Amount.NanoUsd,
            ListAmount = entry.ListAmount.NanoUsd,
            LatencyMs = entry.LatencyMs,
            FirstTokenMs = entry.FirstTokenMs,
            TraceId = entry.TraceId,
            Prepaid = entry.Prepaid,
            Reverses = entry.Reverses,
            Reversal = entry.Reversal,
            Note = LedgerText.Storable(entry.Note),
            Completion = SpooledCompletion.Of(row.Completion),
        };
    }

    /// <exception cref="InvalidDataException">A word that no column has.</exception>
    public PendingRow ToPending() => new(new LedgerEntry
    {
        RequestId = RequestId,
        At = At,
        TenantId = new TenantId(TenantId),
        KeyId = new KeyId(KeyId),
        Endpoint = Endpoint,
        Model = Model,
        Provider = Provider,
        UpstreamModel = UpstreamModel,
        Stream = Stream,
        Status = Status,
        Outcome = LedgerText.ToOutcome(Outcome),
        PromptTokens = PromptTokens,
        CachedTokens = CachedTokens,
        ImageTokens = ImageTokens,
        ImageTokensEstimated = ImageTokensEstimated,
        AudioInputTokens = AudioInputTokens,
        CacheWriteTokens = CacheWriteTokens,
        CompletionTokens = CompletionTokens,
        ReasoningTokens = ReasoningTokens,
        AudioOutputTokens = AudioOutputTokens,
        ImageOutputTokens = ImageOutputTokens,
        Images = Images,
        OutputImages = OutputImages,
        Seconds = Seconds,
        Characters = Characters,
        EndUser = EndUser,
        Tags = Tags,
        UsageSource = LedgerText.ToUsageSource(UsageSource),
        Price = Price,
        Amount = new Money(Amount),
        ListAmount = new Money(ListAmount),
        LatencyMs = LatencyMs,
        FirstTokenMs = FirstTokenMs,
        TraceId = TraceId,
        Prepaid = Prepaid,
        Reverses = Reverses,
        Reversal = Reversal,
        Note = Note,
    },
    Completion?.ToCompletion());
}
