using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>The table of docs/routing.md: what is specified there is what is tested.</summary>
internal static partial class FaultTable
{
    public sealed record Cell(int Status, string? Code, bool IsEvent, string Outcome, bool IsCharged);

    /// <summary>Fault, column (0 to 3), as written.</summary>
    public static TheoryData<string, int, string> Cells()
    {
        var cells = new TheoryData<string, int, string>();
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "routing.md"));
        foreach (var line in lines.SkipWhile(line => !line.StartsWith("| fault |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')))
        {
            var columns = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            for (var i = 1; i < columns.Length; i++)
            {
                cells.Add(columns[0], i - 1, columns[i]);
            }
        }

        return cells;
    }

    public static Cell Parse(string cell)
    {
        var match = Form().Match(cell);
        return match.Success
            ? new Cell(int.Parse(match.Groups["status"].ValueSpan), match.Groups["code"] is { Success: true, Value: var code } ? code : null, match.Groups["event"].Success, match.Groups["outcome"].Value, match.Groups["charge"].Value == "charged")
            : throw new FormatException($"A cell of the table reads '{cell}'.");
    }

    [GeneratedRegex("^(?<status>[0-9]{3})(?<event> and the event)?( `(?<code>[a-z_]+)`)?, `(?<outcome>[a-z_]+)`, (?<charge>free|charged)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
