using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Core.Endpoints;
using Gateway.Core.Images;
using Gateway.Core.Metering;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Text;

namespace Gateway.Pipeline;

/// <summary>A quote as it is shown: with the text counted exactly where there is a tokenizer, up to what any model reads, unlike the estimate that limits go by.</summary>
internal sealed class QuoteDocument
{
    private readonly PreparedRequest _prepared;
    private readonly Measurement _exact;

    private QuoteDocument(PreparedRequest prepared, Measurement exact, Quote quote)
    {
        (_prepared, _exact, Quote) = (prepared, exact, quote);
    }

    /// <summary>By the exact text.</summary>
    public Quote Quote { get; }

    public long TextTokens => _exact.TextTokens;

    public long ImageTokens => _exact.ImageTokens;

    public long PromptTokens => _exact.PromptTokens;

    /// <param name="prepared">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="limits">The catalog's.</param>
    /// <param name="endpoint">What it is a quote for.</param>
    public static QuoteDocument Of(PreparedRequest prepared, ReadOnlySpan<byte> body, LimitSettings limits, IEndpoint endpoint)
    {
        var exact = prepared is { Measurement.TextTokens: <= PromptCounter.MostWorthCounting, Target.Deployment.Tokenizer: { } name }
            && BytePairEncoder.TryGet(name, out var encoder)
            ? prepared.Measurement with { TextTokens = endpoint.CountText(body, encoder).Tokens }
            : prepared.Measurement;
        return new QuoteDocument(
            prepared, exact, Quoter.Quote(prepared.Plan, exact, prepared.Target, limits.TokensCharge, limits.DefaultCompletionTokens));
    }

    /// <param name="json">Takes the document.</param>
    /// <param name="refusedBy">What would refuse the request just now, or null.</param>
    /// <param name="endpoint">What it is a quote for.</param>
    public void WriteTo(Utf8JsonWriter json, string? refusedBy, IEndpoint endpoint)
    {
        var target = _prepared.Target;
        json.WriteStartObject();
        json.WriteString("object"u8, endpoint.QuoteObject);
        json.WriteString("model"u8, target.Requested);
        json.WriteStartObject("upstream"u8);
        json.WriteString("provider"u8, target.Deployment.Provider.Name);
        json.WriteString("model"u8, target.Deployment.Model);
        json.WriteEndObject();
        json.WriteString("currency"u8, "USD"u8);
        json.WriteNumber("prompt_tokens"u8, _exact.PromptTokens);
        json.WriteNumber("text_tokens"u8, TextTokens);
        json.WriteNumber("image_tokens"u8, ImageTokens);
        if (_exact.HistoryTokens > 0)
        {
            json.WriteNumber("history_tokens"u8, _exact.HistoryTokens);
        }

        json.WriteNumber("max_completion_tokens"u8, Quote.LongestCompletion);
        json.WriteStartArray("images"u8);
        foreach (var image in _exact.Images)
        {
            WriteImage(json, image, target.Deployment.ImageFormula!); // Measured by it.
        }

        json.WriteEndArray();
        WritePrice(json, target.Price);
        json.WriteStartObject("amount"u8);
        json.WriteString("minimum"u8, Quote.Minimum.ToString());
        json.WriteString("maximum"u8, Quote.Ceiling.ToString());
        json.WriteEndObject();
        json.WriteStartObject("limits"u8);
        json.WriteNumber("tokens_charged"u8, _prepared.Quote.TokensCharged);
        json.WriteBoolean("would_be_admitted"u8, refusedBy is null);
        json.WriteString("refused_by"u8, refusedBy);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>How a formula is shown beside its name, and its units.</summary>
    public static (string Units, string? Multiplier) UnitsOf(ImageFormula formula, in ImageCount count) =>
        (count.Unit == ImageUnit.Patch ? "patches" : "tiles", formula is PatchFormula patch ? patch.Multiplier.Text : null);

    /// <summary>A limit as <c>refused_by</c> names it; null for none.</summary>
    public static string? Describe(LimitRefusal? refusal)
    {
        if (refusal is null)
        {
            return null;
        }

        var limit = refusal.Kind switch
        {
            LimitKind.Requests => "requests_per_minute",
            LimitKind.Concurrency => "concurrent_requests",
            _ => "tokens_per_minute",
        };
        return $"{refusal.Scope.Describe()}, {limit}";
    }

    private static void WriteImage(Utf8JsonWriter json, in MeasuredImage measured, ImageFormula formula)
    {
        var (image, count) = (measured.Image, measured.Count);
        json.WriteStartObject();
        json.WriteString("path"u8, image.Part.Path);
        json.WriteString("source"u8, image.Part.Source switch
        {
            ImageSource.Remote => "url"u8,
            ImageSource.File => "file"u8,
            ImageSource.Base64 => "base64"u8,
            _ => "data_url"u8,
        });
        if (image.Header is { } header)
        {
            json.WriteString("format"u8, ImageFormatText.Of(header.Format));
            json.WriteNumber("width"u8, header.Size.Width);
            json.WriteNumber("height"u8, header.Size.Height);
        }
        else
        {
            json.WriteNull("format"u8);
            json.WriteNull("width"u8);
            json.WriteNull("height"u8);
            json.WriteString("assumed"u8, "largest"u8);
        }

        json.WriteString("detail"u8, ImageDetailText.Of(image.Part.Detail));
        if (count.Detail != image.Part.Detail)
        {
            json.WriteString("counted_as"u8, ImageDetailText.Of(count.Detail));
        }

        json.WriteString("formula"u8, formula.Name);
        if (image.Header is not null)
        {
            json.WriteNumber("scaled_width"u8, count.Scaled.Width);
            json.WriteNumber("scaled_height"u8, count.Scaled.Height);
        }

        var (units, multiplier) = UnitsOf(formula, count);
        json.WriteNumber(units, count.Units);
        if (multiplier is not null)
        {
            json.WriteString("multiplier"u8, multiplier);
        }

        json.WriteNumber("tokens"u8, count.Tokens);
        json.WriteEndObject();
    }

    private void WritePrice(Utf8JsonWriter json, ModelPrice price)
    {
        // Its canonical text, as on ledger rows, and what it is below the list price.
        var text = price.Json;
        json.WritePropertyName("price"u8);
        json.WriteRawValue(Quote.Discount is { } discount ? $"{text.AsSpan(0, text.Length - 1)},\"discount\":\"{discount}\"}}" : text);
    }
}
