using System.Text.Json;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Catalog;

/// <summary>The bodies of <c>GET /v1/models</c> and <c>GET /v1/models/{id}</c> as Anthropic's clients read them: one page with all models.</summary>
internal static class AnthropicModelWriter
{
    public static void WriteList(Utf8JsonWriter json, CatalogSnapshot catalog, Caller caller)
    {
        var (first, last) = (default(string), default(string));
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var card in catalog.Models)
        {
            if (caller.MayUse(card.Id))
            {
                WriteModel(json, card);
                first ??= card.Id;
                last = card.Id;
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, false);
        json.WriteString("first_id"u8, first);
        json.WriteString("last_id"u8, last);
        json.WriteEndObject();
    }

    /// <inheritdoc cref="ModelListWriter.WriteOne"/>
    public static GatewayError? WriteOne(Utf8JsonWriter json, CatalogSnapshot catalog, string name, Caller caller)
    {
        if (!catalog.TryGetModel(name, out var card) || !caller.MayUse(card.Id))
        {
            return GatewayError.UnknownModel(name);
        }

        WriteModel(json, card);
        return null;
    }

    private static void WriteModel(Utf8JsonWriter json, ModelCard card)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "model"u8);
        json.WriteString("id"u8, card.Id);
        json.WriteString("display_name"u8, card.DisplayName ?? card.Id);
        json.WriteString("created_at"u8, DateTimeOffset.FromUnixTimeSeconds(card.Created).UtcDateTime);
        WriteCount(json, "max_input_tokens"u8, card.ContextWindow);
        WriteCount(json, "max_tokens"u8, card.MaxOutputTokens);
        json.WriteEndObject();
    }

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
}
