using System.Text.Json;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Pricing;

namespace Gateway.Catalog;

/// <summary>
/// The bodies of <c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>: OpenAI's fields, and beside them what the model is and costs, as
/// OpenRouter's list names it. A caller sees the models it may use; announced ones are among them, with the price to come.
/// </summary>
internal static class ModelListWriter
{
    public static void WriteList(Utf8JsonWriter json, CatalogSnapshot catalog, Caller caller, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var card in catalog.Models)
        {
            if (caller.MayUse(card.Id))
            {
                WriteModel(json, card, now);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the model of an id or an alias; writes nothing where there is none for this caller.</summary>
    public static GatewayError? WriteOne(Utf8JsonWriter json, CatalogSnapshot catalog, string name, Caller caller, DateTimeOffset now)
    {
        if (!catalog.TryGetModel(name, out var card) || !caller.MayUse(card.Id))
        {
            return GatewayError.UnknownModel(name);
        }

        WriteModel(json, card, now);
        return null;
    }

    private static void WriteModel(Utf8JsonWriter json, ModelCard card, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, card.Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, card.Created);
        json.WriteString("owned_by"u8, card.OwnedBy);
        json.WriteString("name"u8, card.DisplayName ?? card.Id);
        json.WriteString("description"u8, card.Description);
        json.WriteString("status"u8, card.Status switch
        {
            ModelStatus.ComingSoon => "coming_soon"u8,
            ModelStatus.Deprecated => "deprecated"u8,
            _ => "available"u8,
        });
        WriteCount(json, "context_length"u8, card.ContextWindow);
        WriteCount(json, "max_output_tokens"u8, card.MaxOutputTokens);
        WriteStrings(json, "input_modalities"u8, card.Input);
        WriteStrings(json, "output_modalities"u8, card.Output);
        WriteStrings(json, "aliases"u8, card.Aliases);

        var price = card.Status == ModelStatus.ComingSoon ? card.Prices.Announced(now) : card.Prices.At(now);
        WriteRates(json, "pricing"u8, price.Rates);
        WriteRates(json, "list_pricing"u8, price.List);
        json.WriteEndObject();
    }

    private static void WriteRates(Utf8JsonWriter json, ReadOnlySpan<byte> name, Rates rates)
    {
        json.WriteStartObject(name);
        json.WriteString("prompt"u8, PerToken(rates.Input));
        json.WriteString("completion"u8, PerToken(rates.Output));
        json.WriteString("request"u8, rates.PerRequest.GetValueOrDefault().ToString());
        json.WriteString("image"u8, rates.PerImage.GetValueOrDefault().ToString());
        json.WriteString("input_cache_read"u8, PerToken(rates.CachedInput ?? rates.Input));
        json.WriteEndObject();
    }

    private static string PerToken(Money? perMillion) => TokenPrice.Format(perMillion.GetValueOrDefault());

    private static void WriteCount(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? count)
    {
        if (count is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
