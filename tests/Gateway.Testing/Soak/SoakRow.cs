namespace Gateway.Testing.Soak;

/// <summary>A ledger row, as far as the checks need it.</summary>
internal sealed record SoakRow(string RequestId, string? Tag, string TenantId, long AmountNanoUsd, long Tokens, string Outcome);
