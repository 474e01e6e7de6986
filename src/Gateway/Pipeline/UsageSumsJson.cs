using Gateway.Ledger;

namespace Gateway.Pipeline;

/// <param name="Amount">US dollars.</param>
internal sealed record UsageSumsJson(long Requests, long PromptTokens, long ImageTokens, long CompletionTokens, string Amount)
{
    public static UsageSumsJson Of(UsageRow row) => new(row.Requests, row.PromptTokens, row.ImageTokens, row.CompletionTokens, row.Amount.ToString());
}
