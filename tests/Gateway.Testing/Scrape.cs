using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.Testing;

/// <summary>What <c>/metrics</c> answered, read line by line; anything that is not Prometheus' text format is a failure.</summary>
public sealed partial class Scrape
{
    private Scrape(string text, IReadOnlyList<Sample> samples) => (Text, Samples) = (text, samples);

    public string Text { get; }

    public IReadOnlyList<Sample> Samples { get; }

    /// <param name="text">The body.</param>
    /// <exception cref="FormatException">A line is none.</exception>
    public static Scrape Parse(string text)
    {
        var samples = new List<Sample>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')))
        {
            var match = Line().Match(line);
            if (!match.Success)
            {
                throw new FormatException($"No line of Prometheus: {line}");
            }

            var value = match.Groups["value"].Value is "+Inf" ? double.PositiveInfinity : double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
            samples.Add(new Sample(
                match.Groups["name"].Value,
                Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value, StringComparer.Ordinal),
                value));
        }

        return new Scrape(text, samples);
    }

    /// <summary>The sum of all samples of a name that have these labels; 0 where there is none.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Of(name, labels).Sum(static sample => sample.Value);

    public IEnumerable<Sample> Of(string name, params (string Label, string Value)[] labels) => Samples.Where(
        sample => sample.Name == name && labels.All(wanted => sample.Labels.GetValueOrDefault(wanted.Label) == wanted.Value));

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*)\})? (?<value>[^ ]+)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)"(,|$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    /// <summary>One line.</summary>
    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
