using System.Globalization;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Ledger;

namespace Gateway.Pipeline;

/// <summary>The parameters of OpenAI's usage and costs API, as far as a tenant's own rows can answer them.</summary>
/// <param name="Rows">Which rows to add up.</param>
/// <param name="Buckets">How many spans of time.</param>
/// <param name="ByProject">Whether the tenant's id is shown.</param>
/// <param name="Next">The start of the next page, or null.</param>
internal sealed record BucketQuery(UsageBucketQuery Rows, int Buckets, bool ByProject, long? Next)
{
    private const int MaxNames = 100;

    // The year 5138; beyond it nobody asks.
    private const long LatestTime = 100_000_000_000;

    private static readonly string[] Known =
        ["start_time", "end_time", "bucket_width", "limit", "page", "group_by", "api_key_ids", "models", "project_ids", "user_ids", "batch"];

    /// <param name="request">The request.</param>
    /// <param name="tenant">Whose rows.</param>
    /// <param name="now">The end where none is given.</param>
    /// <param name="costs">Whether costs are asked for, which are told by days alone, and whose models are line items.</param>
    public static Outcome<BucketQuery> Read(HttpRequest request, TenantId tenant, DateTimeOffset now, bool costs)
    {
        foreach (var name in request.Query.Keys)
        {
            if (!Known.Contains(Plain(name), StringComparer.Ordinal))
            {
                return GatewayError.UnknownParameter(name);
            }
        }

        if (Text(request, "start_time") is not { } start)
        {
            return GatewayError.MissingParameter("start_time");
        }

        var width = Text(request, "bucket_width") switch
        {
            null or "1d" => UsageBucketQuery.Day,
            "1h" when !costs => 3600,
            "1m" when !costs => 60,
            _ => 0,
        };
        if (width == 0)
        {
            return GatewayError.InvalidValue("bucket_width", costs ? "it must be 1d." : "it must be 1m, 1h or 1d.");
        }

        var (usual, most) = (costs, width) switch { (true, _) => (7, 180), (_, 60) => (60, 1440), (_, 3600) => (24, 168), _ => (7, 31) };
        if (!TryReadTime(start, out var from) || !TryReadTime(Text(request, "page") ?? start, out var page) || page < from)
        {
            return GatewayError.InvalidValue(TryReadTime(start, out _) ? "page" : "start_time", "it must be a time in Unix seconds.");
        }

        // The second that is running belongs to it, also where a bucket begins with it.
        var until = now.ToUnixTimeSeconds() + 1;
        if (Text(request, "end_time") is { } end && (!TryReadTime(end, out until) || until <= from))
        {
            return GatewayError.InvalidValue("end_time", "it must be a time in Unix seconds, later than start_time.");
        }

        var limit = usual;
        if (Text(request, "limit") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1 || limit > most))
        {
            return GatewayError.InvalidValue("limit", $"it must be from 1 to {most} for this bucket_width.");
        }

        var groups = Texts(request, "group_by");
        if (groups.FirstOrDefault(group => group is not ("project_id" or "api_key_id" or "user_id" or "batch") && group != (costs ? "line_item" : "model")) is not null)
        {
            return GatewayError.InvalidValue("group_by", costs ? "it must be of project_id, api_key_id and line_item." : "it must be of project_id, user_id, api_key_id, model and batch.");
        }

        var (keys, models) = (Texts(request, "api_key_ids"), Texts(request, "models"));
        if (keys.Count > MaxNames || models.Count > MaxNames)
        {
            return GatewayError.InvalidValue(keys.Count > MaxNames ? "api_key_ids" : "models", $"it must have at most {MaxNames} entries.");
        }

        // Users and batches are not told apart here; another project's rows are not the tenant's.
        var isNobodys = Texts(request, "user_ids").Count > 0 || Text(request, "batch") == "true" || (Texts(request, "project_ids") is { Count: > 0 } projects && !projects.Contains(tenant.Value));
        var first = page / width * width;
        var behind = isNobodys ? first : Math.Min(first + (limit * width), (until + width - 1) / width * width);
        var rows = new UsageBucketQuery(tenant, first, Math.Max(first, behind), width, groups.Contains("api_key_id"), groups.Contains(costs ? "line_item" : "model"), keys, models);
        return new BucketQuery(rows, (int)((rows.To - rows.From) / width), groups.Contains("project_id"), !isNobodys && rows.To < until ? rows.To : null);
    }

    private static string? Text(HttpRequest request, string name) => Texts(request, name) is [var text, ..] ? text : null;

    /// <summary>As clients send lists: repeated, with brackets, or with commas.</summary>
    private static List<string> Texts(HttpRequest request, string name) =>
    [
        .. request.Query.Where(pair => Plain(pair.Key) == name).SelectMany(pair => pair.Value)
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(value => !value.Contains('\0', StringComparison.Ordinal)),
    ];

    private static string Plain(string name) => name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name;

    private static bool TryReadTime(string text, out long time) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out time) && time <= LatestTime;
}
