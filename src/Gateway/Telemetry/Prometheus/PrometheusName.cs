using System.Text;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// An instrument's name as Prometheus has it, by the rules of OpenTelemetry's "Prometheus and OpenMetrics Compatibility": letters, digits and
/// underscores, the unit in words behind it, <c>_total</c> behind a counter.
/// </summary>
internal static class PrometheusName
{
    /// <param name="instrument">Such as <c>gateway.overhead.duration</c>.</param>
    /// <param name="unit">By UCUM; one in braces is a remark and left out.</param>
    /// <param name="kind">What Prometheus calls it.</param>
    public static string Of(string instrument, string? unit, PrometheusKind kind)
    {
        var name = new StringBuilder(instrument.Length + 16);
        Append(name, instrument);
        if (Unit(unit, kind) is { } word && !name.ToString().EndsWith($"_{word}", StringComparison.Ordinal))
        {
            name.Append('_');
            Append(name, word);
        }

        return kind == PrometheusKind.Counter ? name.Append("_total").ToString() : name.ToString();
    }

    /// <summary>A tag's name: <c>http.route</c> becomes <c>http_route</c>.</summary>
    public static string OfLabel(string tag) => Append(new StringBuilder(tag.Length), tag).ToString();

    private static string? Unit(string? unit, PrometheusKind kind) => unit switch
    {
        null or "" or ['{', ..] => null,
        "1" => kind == PrometheusKind.Gauge ? "ratio" : null,
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ => unit.ToLowerInvariant(),
    };

    private static StringBuilder Append(StringBuilder into, string text)
    {
        foreach (var letter in text)
        {
            var plain = char.IsAsciiLetterOrDigit(letter) ? letter : '_';
            if (into.Length == 0 && char.IsAsciiDigit(plain))
            {
                into.Append('_');
            }

            if (plain != '_' || into.Length == 0 || into[^1] != '_')
            {
                into.Append(plain);
            }
        }

        return into;
    }
}
