using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Text;

namespace Gateway.Core.Requests.Messages;

/// <summary>
/// Reads <c>tools</c>. Those that the client runs itself cost the tokens of their definition; those that the provider runs (searching,
/// fetching, running code) have prices of their own, which no card states, and are refused by name.
/// </summary>
internal sealed class MessagesToolReader(ReadOnlyMemory<byte> body, MessagesContentReader content)
{
    private static readonly string[] Keys = ["type", "name", "input_schema", "cache_control"];

    public GatewayError? Read(ref Utf8JsonReader reader, ref TextSize definitions)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType("tools", "an array of objects", JsonKind.Describe(reader.TokenType));
        }

        var start = (int)reader.TokenStartIndex;
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType($"tools[{i}]", "an object", JsonKind.Describe(reader.TokenType));
            }

            if (ReadTool(ref reader, i) is { } error)
            {
                return error;
            }
        }

        definitions += TextSize.OfJson(body.Span[start..(int)reader.BytesConsumed]);
        return null;
    }

    /// <summary>Whether the client runs tools of the type: its own, or one of those that Anthropic defines and leaves to the client.</summary>
    /// <param name="type">Null where the tool says none, which means its own.</param>
    public static bool IsRunByClient(string? type) => type is null or "custom"
        || type.StartsWith("bash_", StringComparison.Ordinal)
        || type.StartsWith("text_editor_", StringComparison.Ordinal)
        || type.StartsWith("computer_", StringComparison.Ordinal)
        || type.StartsWith("memory_", StringComparison.Ordinal);

    private GatewayError? ReadTool(ref Utf8JsonReader reader, int index)
    {
        var seen = new bool[Keys.Length];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var known = -1;
            for (var i = 0; i < Keys.Length; i++)
            {
                known = reader.ValueTextEquals(Keys[i]) ? i : known;
            }

            if (known < 0)
            {
                if (FoldedKey.IsMimic(ref reader, Keys))
                {
                    return GatewayError.UnknownParameter($"tools[{index}].{reader.GetString()}");
                }

                reader.Skip();
                continue;
            }

            if (seen[known])
            {
                return GatewayError.DuplicateKey($"tools[{index}].{Keys[known]}");
            }

            seen[known] = true;
            reader.Read();
            if (ReadValue(ref reader, index, Keys[known]) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? ReadValue(ref Utf8JsonReader reader, int index, string key)
    {
        switch (key)
        {
            case "type" when reader.TokenType == JsonTokenType.String:
                return IsRunByClient(reader.GetString()) ? null : GatewayError.UnsupportedParameter($"tools[{index}].type");
            case "type" when reader.TokenType != JsonTokenType.Null:
                return GatewayError.InvalidType($"tools[{index}].type", "a string", JsonKind.Describe(reader.TokenType));
            case "cache_control":
                return content.ReadCacheControl(ref reader, $"tools[{index}].cache_control");
            default:
                reader.Skip();
                return null;
        }
    }
}
