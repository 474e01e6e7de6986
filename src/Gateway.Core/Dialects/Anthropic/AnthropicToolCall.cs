using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>One call of an assistant's message: the arguments are a JSON object as text there, and an object in the API.</summary>
/// <param name="path">Where it stands: <c>messages[1].tool_calls[0]</c>.</param>
internal struct AnthropicToolCall(string path)
{
    private static readonly ReadOnlyMemory<byte> NoInput = "{}"u8.ToArray();

    private ReadOnlyMemory<byte> _arguments;

    /// <summary>Quotes included, as <see cref="Name"/> is.</summary>
    public ReadOnlyMemory<byte> Id { get; private set; }

    public ReadOnlyMemory<byte> Name { get; private set; }

    /// <summary>An object; an empty one where the arguments are an empty text, as models write calls without any.</summary>
    public ReadOnlyMemory<byte> Input { get; private set; }

    /// <param name="reader">On the call.</param>
    /// <param name="json">What the reader reads.</param>
    public GatewayError? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType(path, "an object", "something else");
        }

        var function = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                Id = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                if (function)
                {
                    return GatewayError.DuplicateKey($"{path}.function");
                }

                function = true;
                if (ReadFunction(ref reader, json) is { } error)
                {
                    return error;
                }
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                var type = AnthropicJson.Value(ref reader, json);
                if (!type.IsEmpty && !AnthropicJson.Is(type, "\"function\""u8))
                {
                    return GatewayError.InvalidValue($"{path}.type", "expected 'function': this model's provider has no other calls.");
                }
            }
            else if (reader.ValueTextEquals("index"u8) || reader.ValueTextEquals("extra_content"u8))
            {
                // What a stream's pieces and other providers put beside a call.
                reader.Skip();
            }
            else
            {
                var name = reader.GetString();
                if (!AnthropicJson.Value(ref reader, json).IsEmpty)
                {
                    return GatewayError.UnsupportedParameter($"{path}.{name}");
                }
            }
        }

        return Judge("id", Id) ?? Judge("function.name", Name) ?? ReadArguments();
    }

    private GatewayError? ReadFunction(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return GatewayError.InvalidType($"{path}.function", "an object", "something else");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                Name = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                if (!_arguments.IsEmpty)
                {
                    return GatewayError.DuplicateKey($"{path}.function.arguments");
                }

                _arguments = AnthropicJson.Value(ref reader, json);
            }
            else
            {
                var name = reader.GetString();
                if (!AnthropicJson.Value(ref reader, json).IsEmpty)
                {
                    return GatewayError.UnsupportedParameter($"{path}.function.{name}");
                }
            }
        }

        return null;
    }

    private readonly GatewayError? Judge(string name, ReadOnlyMemory<byte> value) =>
        value.IsEmpty ? GatewayError.MissingParameter($"{path}.{name}")
        : !AnthropicJson.IsString(value) ? GatewayError.InvalidType($"{path}.{name}", "a string", AnthropicJson.Describe(value))
        : null;

    private GatewayError? ReadArguments()
    {
        if (_arguments.IsEmpty)
        {
            Input = NoInput;
            return null;
        }

        if (!AnthropicJson.IsString(_arguments))
        {
            return GatewayError.InvalidType($"{path}.function.arguments", "a string", AnthropicJson.Describe(_arguments));
        }

        var text = new byte[_arguments.Length];
        try
        {
            var reader = new Utf8JsonReader(_arguments.Span);
            reader.Read();
            Input = text.AsMemory(0, reader.CopyString(text));
            if (Input.Span.Trim(" \t\r\n"u8).IsEmpty)
            {
                Input = NoInput;
                return null;
            }

            var inside = new Utf8JsonReader(Input.Span);
            if (inside.Read() && inside.TokenType == JsonTokenType.StartObject)
            {
                inside.Skip();

                // Anything behind the object makes the reader throw.
                inside.Read();
                return null;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Told below.
        }

        return GatewayError.InvalidValue($"{path}.function.arguments", "expected a JSON object as text.");
    }
}
