using Gateway.Ledger;

namespace Gateway.Pipeline;

/// <summary>Costs in OpenAI's form; a line item is a model.</summary>
internal sealed record CostResultJson(AmountJson Amount, string? LineItem, string? ProjectId, string? ApiKeyId)
{
    public string Object { get; } = "organization.costs.result";

    public static CostResultJson Of(UsageRow row, string? project) => new(new AmountJson(row.Amount.NanoUsd / 1_000_000_000m, "usd"), row.Model, project, row.Key);
}
