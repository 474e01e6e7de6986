using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

/// <summary>What is measured can be seen, and who is woken by an alert finds what to do.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Operations = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    [Fact]
    public void Every_documented_metric_is_on_a_dashboard()
    {
        // As MetricsDocumentTests hold it against the program.
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "metrics.md")).Select(line => Documented().Match(line)).Where(match => match.Success).ToList();
        var shown = Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana", "dashboards"), "*.json")
            .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray())
            .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .SelectMany(target => Identifier().Matches((string)target!["expr"]!).Select(match => match.Value))
            .ToHashSet();

        documented.Count.ShouldBeGreaterThan(40);
        documented.Where(metric => !Series(metric).Any(shown.Contains)).Select(metric => metric.Groups["name"].Value).ShouldBeEmpty();
    }

    [Fact]
    public void Every_alert_has_its_paragraph_in_the_operations_document_with_the_words_that_it_carries()
    {
        var alerts = Yaml.Read("deploy/prometheus/gateway.rules.yml")[0]["groups"].Items.SelectMany(group => group["rules"].Items).ToDictionary(rule => rule["alert"].Text, rule => rule["annotations"]);
        var paragraphs = Operations[Operations.IndexOf("\n## Alerts\n", StringComparison.Ordinal)..].Split("\n## ")[1].Split("\n### ")[1..]
            .ToDictionary(paragraph => paragraph[..paragraph.IndexOf('\n', StringComparison.Ordinal)], Words);

        alerts.Count.ShouldBeGreaterThan(10);
        paragraphs.Keys.ShouldBe(alerts.Keys);
        foreach (var (alert, annotations) in alerts)
        {
            paragraphs[alert].ShouldContain(Words(annotations["description"].Text), customMessage: alert);
            paragraphs[alert].ShouldContain(Words(annotations["runbook"].Text), customMessage: alert);
        }
    }

    private static string Words(string text) => Blanks().Replace(text, " ").Trim();

    private static string[] Series(Match metric)
    {
        var name = metric.Groups["prometheus"].Value;
        return metric.Groups["kind"].Value == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name];
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_.]+)` \| (?<kind>counter|gauge|histogram) \| `[^`]+` \| `(?<prometheus>[a-z0-9_]+)` \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Documented();

    [GeneratedRegex(@"\b(gateway|gen_ai|http|dotnet|kestrel)_[a-z0-9_]+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
