using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Core.Errors;

namespace Gateway.Cli;

/// <summary>Lists, page by page, in the admin API's form.</summary>
internal sealed record CliPages(int Limit, string? Cursor)
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 50;

    public static readonly string[] Options = ["--limit", "--cursor"];

    public static Outcome<CliPages> Read(CliArguments arguments)
    {
        var limit = DefaultLimit;
        return arguments.Find("limit") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit)
            ? GatewayError.InvalidValue("--limit", $"it must be from 1 to {MaxLimit}.")
            : new CliPages(limit, arguments.Find("cursor"));
    }

    public static JsonNode Of(IEnumerable<JsonNode> items, string? next) =>
        new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. items]), ["has_more"] = next is not null, ["next_cursor"] = next };
}
