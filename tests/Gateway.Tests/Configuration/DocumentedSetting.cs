using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary>A row of the tables in docs/configuration.md.</summary>
internal sealed partial record DocumentedSetting(string Key, string Default, string Range, string Meaning)
{
    public static IReadOnlyList<DocumentedSetting> All { get; } =
    [
        .. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .Select(static line => Row().Match(line))
            .Where(static row => row.Success)
            .Select(static row => new DocumentedSetting(row.Groups["key"].Value, row.Groups["default"].Value.Trim(), row.Groups["range"].Value.Trim(), row.Groups["meaning"].Value.Trim())),
    ];

    [GeneratedRegex(@"\A\| `(?<key>[A-Za-z]+(:[A-Za-z]+)+)` \|(?<default>[^|]*)\|(?<range>[^|]*)\|(?<meaning>[^|]*)\|\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
