using System.Text.Json.Serialization;
using Gateway.Ledger;

namespace Gateway.Admin;

/// <summary>Sums of one group; the fields that are not grouped by are left out. Money is a decimal of US dollars.</summary>
internal sealed record UsageRowJson
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? Day { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TenantId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    public long Requests { get; init; }

    public long PromptTokens { get; init; }

    public long CachedTokens { get; init; }

    public long ImageTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long Images { get; init; }

    public required string Amount { get; init; }

    public required string ListAmount { get; init; }

    public static UsageRowJson Of(UsageRow row) => new()
    {
        Day = row.Day,
        TenantId = row.Tenant,
        KeyId = row.Key,
        Model = row.Model,
        Requests = row.Requests,
        PromptTokens = row.PromptTokens,
        CachedTokens = row.CachedTokens,
        ImageTokens = row.ImageTokens,
        CompletionTokens = row.CompletionTokens,
        ReasoningTokens = row.ReasoningTokens,
        Images = row.Images,
        Amount = row.Amount.ToString(),
        ListAmount = row.ListAmount.ToString(),
    };
}
