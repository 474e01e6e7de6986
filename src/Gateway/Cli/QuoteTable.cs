using System.Globalization;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Pricing;
using Gateway.Pipeline;

namespace Gateway.Cli;

/// <summary>A quote for the eye: a line for each picture, the sums, the price.</summary>
internal static class QuoteTable
{
    private const int LongestName = 40;

    public static async Task WriteAsync(TextWriter output, IReadOnlyList<string> names, PreparedRequest prepared, QuoteDocument quote)
    {
        var target = prepared.Target;
        var formula = target.Deployment.ImageFormula!; // Without one the request was refused.
        var images = prepared.Measurement.Images;
        var (units, multiplier) = QuoteDocument.UnitsOf(formula, images[0].Count);

        var rows = new List<string[]> { new[] { "IMAGE", "FORMAT", "SIZE", "DETAIL", "SCALED", units.ToUpperInvariant(), "TOKENS" } };
        rows.AddRange(images.Select((image, i) => Row(names[i], image)));
        await WriteColumnsAsync(output, rows);

        await output.WriteLineAsync();
        await output.WriteLineAsync($"model    {target.Card.Id}, served as {target.Deployment.Model} by {target.Deployment.Provider.Name}");
        await output.WriteLineAsync($"formula  {formula.Name}{(multiplier is null ? "" : $", x {multiplier}, rounded up")}");
        await output.WriteLineAsync($"prompt   {quote.ImageTokens} image tokens + {quote.TextTokens} for a message without text");
        await output.WriteLineAsync($"price    {Describe(target.Price)}{(quote.Quote.Discount is { } discount ? $", {discount} below the list price" : "")}");
        await output.WriteLineAsync($"amount   {quote.Quote.Minimum} USD, with an answer of {quote.Quote.LongestCompletion} tokens {quote.Quote.Ceiling} USD");
    }

    private static string Describe(ModelPrice price)
    {
        var rates = price.Rates.Given().Select(rate => $"{rate.Key} {rate.Value}").ToArray();
        return rates.Length == 0 ? "free" : $"{string.Join(", ", rates)} USD, tokens by the million, since {price.From:yyyy-MM-dd}";
    }

    private static string[] Row(string name, in MeasuredImage measured)
    {
        var (header, count) = (measured.Image.Header, measured.Count);
        return
        [
            name.Length <= LongestName ? name : $"...{name.AsSpan(name.Length - LongestName + 3)}",
            header is { } known ? ImageFormatText.Of(known.Format) : "?",
            header is { } sized ? sized.Size.ToString() : "unknown",
            ImageDetailText.Of(count.Detail),
            header is null ? "largest" : count.Scaled.ToString(),
            count.Units.ToString(CultureInfo.InvariantCulture),
            count.Tokens.ToString(CultureInfo.InvariantCulture),
        ];
    }

    private static async Task WriteColumnsAsync(TextWriter output, List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            // Numbers stand to the right.
            var cells = row.Select((cell, column) => column < row.Length - 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            await output.WriteLineAsync(string.Join("  ", cells));
        }
    }
}
