using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Cli;

/// <summary>Prints the admin API's objects: as they are for scripts, as lines and columns for people.</summary>
internal static class CliOutput
{
    private const int Gap = 2;

    // What a list shows of each entry, where it is there; all of it is in the JSON.
    private static readonly string[] Columns =
    [
        "id", "request_id", "day", "at", "tenant_id", "key_id", "actor", "action", "subject", "name", "prefix", "role", "tier", "mode", "model", "status", "requests", "prompt_tokens",
        "completion_tokens", "amount", "amount_nano_usd", "note", "expires_at", "revoked_at", "last_used_at",
    ];

    public static Task WriteAsync(TextWriter output, JsonNode result, bool json) => json
        ? output.WriteLineAsync(result.ToJsonString())
        : result["data"] is JsonArray list ? WriteTableAsync(output, list, (string?)result["next_cursor"]) : WriteFieldsAsync(output, result.AsObject());

    private static async Task WriteFieldsAsync(TextWriter output, JsonObject fields)
    {
        var shown = fields.Where(field => field is { Key: not "object", Value: not null }).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(field => field.Key.Length) + Gap;
        foreach (var (name, value) in shown)
        {
            await output.WriteLineAsync($"{name.PadRight(width)}{Text(value)}");
        }
    }

    private static async Task WriteTableAsync(TextWriter output, JsonArray list, string? next)
    {
        var rows = list.OfType<JsonObject>().ToList();
        var columns = Columns.Where(column => rows.Any(row => row[column] is not null)).ToList();
        var widths = columns.Select(column => rows.Max(row => Text(row[column]).Length)).Zip(columns, (widest, column) => Math.Max(widest, column.Length) + Gap).ToList();
        if (rows.Count > 0)
        {
            await output.WriteLineAsync(Line(columns));
            foreach (var row in rows)
            {
                await output.WriteLineAsync(Line(columns.Select(column => Text(row[column]))));
            }
        }

        await output.WriteLineAsync(next is null ? $"{rows.Count} in all" : $"{rows.Count} shown; go on with --cursor {next}");

        string Line(IEnumerable<string> cells) => string.Concat(cells.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd();
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        JsonArray list => string.Join(',', list.Select(Text)),
        _ => value.ToJsonString(),
    };
}
