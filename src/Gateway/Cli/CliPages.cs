using System.Text.Json.Nodes;
using Gateway.Core.Errors;

namespace Gateway.Cli;

/// <summary>Lists, page by page, in the admin API's form.</summary>
internal sealed record CliPages(int Limit, string? Cursor)
{
    public static readonly string[] Options = ["--limit", "--cursor"];

    /// <summary>Checked as the admin API checks them.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="prefix">Of the ids that the list is ordered by: <c>key_</c>.</param>
    public static Outcome<CliPages> Read(CliArguments arguments, string prefix)
    {
        var fields = arguments.ToQuery();
        var page = new CliPages(fields.Limit(), fields.IdCursor(prefix));
        return fields.Error is { } error ? error : page;
    }

    public static JsonNode Of(IEnumerable<JsonNode> items, string? next) =>
        new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. items]), ["has_more"] = next is not null, ["next_cursor"] = next };
}
