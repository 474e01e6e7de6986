using System.Text.Json.Nodes;

namespace Gateway.Conformance.Running;

/// <summary>Fields of a ledger row as the admin API writes it.</summary>
internal static class LedgerRows
{
    public static string? Text(this JsonNode row, string field) => (string?)row[field];

    public static long Number(this JsonNode row, string field) =>
        (long?)row[field] ?? throw new InvalidOperationException($"The row has no '{field}': {row.ToJsonString()}");
}
