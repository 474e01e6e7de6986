using Gateway.Core.Pricing;
using Gateway.Core.Streaming;

namespace Gateway.Ledger;

/// <summary>What of a row makes its amounts, as it stands in the database: nothing in it is believed yet.</summary>
internal sealed record AuditedRow(string RequestId, string Outcome, Usage Usage, string Price, Money Amount, Money ListAmount, string? Reverses);
