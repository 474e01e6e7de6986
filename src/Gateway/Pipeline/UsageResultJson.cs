using Gateway.Ledger;

namespace Gateway.Pipeline;

/// <summary>Usage in OpenAI's form: input tokens include cached ones, and what was not grouped by is null.</summary>
internal sealed record UsageResultJson(
    long InputTokens, long OutputTokens, long InputCachedTokens, long NumModelRequests, string? ProjectId, string? UserId, string? ApiKeyId, string? Model, bool? Batch)
{
    public string Object { get; } = "organization.usage.completions.result";

    public static UsageResultJson Of(UsageRow row, string? project) => new(
        row.PromptTokens, row.CompletionTokens, row.CachedTokens, row.Requests, project, null, row.Key, row.Model, null);
}
