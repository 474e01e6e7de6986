using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;

namespace Gateway.Ledger;

/// <summary>One row of the ledger: what a request used and cost. Its facts and its price alone suffice to compute its amount again.</summary>
internal sealed record LedgerEntry
{
    /// <summary><c>req_</c> and a UUIDv7; a second row with the same id is ignored.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the request arrived; stored to the microsecond.</summary>
    public required DateTimeOffset At { get; init; }

    public required TenantId TenantId { get; init; }

    public required KeyId KeyId { get; init; }

    /// <summary>The path that was called: <c>/v1/chat/completions</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The model's id in the catalog.</summary>
    public required string Model { get; init; }

    /// <summary>The provider that served, or null where none was reached.</summary>
    public string? Provider { get; init; }

    public string? UpstreamModel { get; init; }

    public bool Stream { get; init; }

    /// <summary>The HTTP status that the client got.</summary>
    public required int Status { get; init; }

    public required AnswerOutcome Outcome { get; init; }

    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    /// <summary>Image tokens of the prompt as billed.</summary>
    public long ImageTokens { get; init; }

    /// <summary>Image tokens as measured before forwarding.</summary>
    public long ImageTokensEstimated { get; init; }

    public long AudioInputTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long AudioOutputTokens { get; init; }

    public long ImageOutputTokens { get; init; }

    /// <summary>Images sent in.</summary>
    public long Images { get; init; }

    public long OutputImages { get; init; }

    /// <summary>Seconds of audio, where the model is priced by them.</summary>
    public long Seconds { get; init; }

    public long Characters { get; init; }

    /// <summary>The end user that the client named, or null.</summary>
    public string? EndUser { get; init; }

    /// <summary>The client's tags as a JSON text, or null.</summary>
    public string? Tags { get; init; }

    public required UsageSource UsageSource { get; init; }

    /// <summary>The dated price that made the amount, as a JSON text.</summary>
    public required string Price { get; init; }

    public Money Amount { get; init; }

    public Money ListAmount { get; init; }

    public long LatencyMs { get; init; }

    public long? FirstTokenMs { get; init; }

    public string? TraceId { get; init; }

    /// <summary>Whether its amount is paid from the tenant's balance.</summary>
    public bool Prepaid { get; init; }

    /// <summary>The request whose money this row gives back, or null for a request's own row.</summary>
    public string? Reverses { get; init; }

    /// <summary>Which of that request's reversals it is, from 1; null where it is none.</summary>
    public long? Reversal { get; init; }

    /// <summary>Why; of reversals alone.</summary>
    public string? Note { get; init; }
}
