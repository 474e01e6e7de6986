using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>One chat message, by the stretches of JSON that matter; one that is absent or null is empty.</summary>
internal sealed class AnthropicRequestMessage
{
    public int Index { get; private init; }

    public AnthropicRole Role { get; private set; }

    public ReadOnlyMemory<byte> Content { get; private set; }

    public ReadOnlyMemory<byte> Refusal { get; private set; }

    public ReadOnlyMemory<byte> ToolCalls { get; private set; }

    public ReadOnlyMemory<byte> ToolCallId { get; private set; }

    public ReadOnlyMemory<byte> CacheControl { get; private set; }

    public string Path => $"messages[{Index}]";

    /// <param name="json">The array.</param>
    /// <param name="messages">Takes its messages.</param>
    public static GatewayError? ReadAll(ReadOnlyMemory<byte> json, List<AnthropicRequestMessage> messages)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var message = new AnthropicRequestMessage { Index = messages.Count };
            if (message.Read(ref reader, json) is { } error)
            {
                return error;
            }

            messages.Add(message);
        }

        return null;
    }

    private GatewayError? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var (role, unsupported, named) = (default(ReadOnlyMemory<byte>), default(string), false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                if (!role.IsEmpty)
                {
                    return GatewayError.DuplicateKey($"{Path}.role");
                }

                role = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                // Given twice it was refused before.
                Content = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                if (!ToolCalls.IsEmpty)
                {
                    return GatewayError.DuplicateKey($"{Path}.tool_calls");
                }

                ToolCalls = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("tool_call_id"u8))
            {
                if (!ToolCallId.IsEmpty)
                {
                    return GatewayError.DuplicateKey($"{Path}.tool_call_id");
                }

                ToolCallId = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                Refusal = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                CacheControl = AnthropicJson.Value(ref reader, json);
                if (AnthropicCacheControl.Refuse(CacheControl, $"{Path}.cache_control") is { } lifetime)
                {
                    return lifetime;
                }
            }
            else if (reader.ValueTextEquals("image"u8) || IsEcho(ref reader))
            {
                // A picture of the message's own is among the images; what an answer carried and no request needs stays here.
                reader.Skip();
            }
            else
            {
                var name = reader.GetString();
                if (AnthropicJson.Value(ref reader, json).IsEmpty)
                {
                    continue;
                }

                named |= name == "name";
                unsupported ??= name == "name" ? null : name;
            }
        }

        if (!TryReadRole(role, out var error))
        {
            return error;
        }

        // Many clients name the tool beside the id of its call, which says it already.
        unsupported ??= named && Role != AnthropicRole.Tool ? "name" : null;
        return unsupported is null ? null : GatewayError.UnsupportedParameter($"{Path}.{unsupported}");
    }

    /// <summary>Thoughts cannot be given back, since their signatures did not go out; the API does without those of earlier turns.</summary>
    private static bool IsEcho(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("annotations"u8);

    private bool TryReadRole(ReadOnlyMemory<byte> json, out GatewayError? error)
    {
        error = null;
        if (json.IsEmpty)
        {
            error = GatewayError.MissingParameter($"{Path}.role");
            return false;
        }

        switch (JsonText.Unquote(json.Span))
        {
            case "system" or "developer":
                Role = AnthropicRole.System;
                return true;
            case "user":
                Role = AnthropicRole.User;
                return true;
            case "assistant":
                Role = AnthropicRole.Assistant;
                return true;
            case "tool":
                Role = AnthropicRole.Tool;
                return true;
            default:
                error = GatewayError.InvalidValue($"{Path}.role", "expected one of 'system', 'developer', 'user', 'assistant' and 'tool'.");
                return false;
        }
    }
}
