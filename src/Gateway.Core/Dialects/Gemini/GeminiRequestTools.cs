using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// <c>tools</c> and <c>tool_choice</c>. Schemas go as they are, as <c>parametersJsonSchema</c>, which takes JSON Schema itself; the API
/// documents which of its keywords the model heeds. A function that is strict makes the API check what the model calls it with.
/// </summary>
internal sealed class GeminiRequestTools
{
    private readonly GeminiRequestBody _declarations = new();
    private ReadOnlyMemory<byte> _choice;
    private bool _strict;

    public GatewayError? ReadTools(ReadOnlyMemory<byte> tools)
    {
        if (GeminiRequestJson.KindOf(tools.Span) is not JsonTokenType.StartArray and var kind)
        {
            return GatewayError.InvalidType("tools", "an array of objects", JsonKind.Describe(kind));
        }

        var reader = new Utf8JsonReader(tools.Span, GeminiRequestJson.Options);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (ReadTool(tools[start..(int)reader.BytesConsumed], $"tools[{index}]") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    public void ReadChoice(ReadOnlyMemory<byte> choice) => _choice = choice;

    /// <summary>Whether calls side by side, which the API always allows, can be made at all.</summary>
    public bool IsEmpty => _declarations.IsEmpty;

    /// <summary>Writes <c>,"tools":...,"toolConfig":...</c>, as far as there is anything to write.</summary>
    public GatewayError? WriteTo(GeminiRequestBody output)
    {
        var config = new GeminiRequestBody();
        if (WriteConfig(config) is { } error)
        {
            return error;
        }

        if (!IsEmpty)
        {
            output.Write(",\"tools\":[{\"functionDeclarations\":["u8);
            output.Append(_declarations);
            output.Write("]}]"u8);
        }

        if (!config.IsEmpty)
        {
            output.Write(",\"toolConfig\":{\"functionCallingConfig\":{"u8);
            output.Append(config);
            output.Write("}}"u8);
        }

        return null;
    }

    private GatewayError? ReadTool(ReadOnlyMemory<byte> tool, string at)
    {
        if (GeminiRequestJson.KindOf(tool.Span) is not JsonTokenType.StartObject and var kind)
        {
            return GatewayError.InvalidType(at, "an object", JsonKind.Describe(kind));
        }

        if (!GeminiRequestJson.Is(GeminiRequestJson.Find(tool, "type"u8), "function"))
        {
            return GatewayError.InvalidValue($"{at}.type", "expected 'function': this model knows no other tools.");
        }

        at += ".function";
        var function = GeminiRequestJson.Find(tool, "function"u8);
        if (GeminiRequestJson.KindOf(function.Span) != JsonTokenType.StartObject)
        {
            return GatewayError.MissingParameter(at);
        }

        var (name, description, schema) = (
            GeminiRequestJson.Find(function, "name"u8), GeminiRequestJson.Find(function, "description"u8), GeminiRequestJson.Find(function, "parameters"u8));
        if (GeminiRequestJson.KindOf(name.Span) != JsonTokenType.String || name.Length == 2)
        {
            return GatewayError.MissingParameter($"{at}.name");
        }

        if (GeminiRequestJson.KindOf(description.Span) is not (JsonTokenType.String or JsonTokenType.None) and var other)
        {
            return GatewayError.InvalidType($"{at}.description", "a string", JsonKind.Describe(other));
        }

        if (GeminiRequestJson.KindOf(schema.Span) is not (JsonTokenType.StartObject or JsonTokenType.None) and var wrong)
        {
            return GatewayError.InvalidType($"{at}.parameters", "an object", JsonKind.Describe(wrong));
        }

        foreach (var key in (ReadOnlySpan<string>)["name", "description", "parameters"])
        {
            if (GeminiRequestJson.IsTwice(function.Span, Encoding.UTF8.GetBytes(key)))
            {
                return GatewayError.DuplicateKey($"{at}.{key}");
            }
        }

        _strict |= GeminiRequestJson.KindOf(GeminiRequestJson.Find(function, "strict"u8).Span) == JsonTokenType.True;
        _declarations.Write(_declarations.IsEmpty ? "{\"name\":"u8 : ",{\"name\":"u8);
        _declarations.Refer(name);
        if (!description.IsEmpty)
        {
            _declarations.Write(",\"description\":"u8);
            _declarations.Refer(description);
        }

        if (!schema.IsEmpty && !schema.Span[1..^1].Trim(" \t\r\n"u8).IsEmpty)
        {
            _declarations.Write(",\"parametersJsonSchema\":"u8);
            _declarations.Refer(schema);
        }

        _declarations.Write("}"u8);
        return null;
    }

    private GatewayError? WriteConfig(GeminiRequestBody config)
    {
        var none = GeminiRequestJson.Is(_choice, "none");
        if (_choice.IsEmpty || GeminiRequestJson.Is(_choice, "auto") || none)
        {
            if (!IsEmpty && (none || _strict))
            {
                config.Write(none ? "\"mode\":\"NONE\""u8 : "\"mode\":\"VALIDATED\""u8);
            }

            return null;
        }

        if (IsEmpty)
        {
            return GatewayError.InvalidValue("tool_choice", "it is only allowed where 'tools' are given.");
        }

        if (GeminiRequestJson.Is(_choice, "required"))
        {
            config.Write("\"mode\":\"ANY\""u8);
            return null;
        }

        var type = GeminiRequestJson.Find(_choice, "type"u8);
        if (GeminiRequestJson.Is(type, "function"))
        {
            config.Write("\"mode\":\"ANY\",\"allowedFunctionNames\":["u8);
            return WriteName(config, _choice, "tool_choice") ?? End(config);
        }

        return GeminiRequestJson.Is(type, "allowed_tools")
            ? WriteAllowed(config, GeminiRequestJson.Find(_choice, "allowed_tools"u8))
            : GatewayError.InvalidValue("tool_choice", "expected 'none', 'auto', 'required', or an object of the type 'function' or 'allowed_tools'.");
    }

    private static GatewayError? WriteAllowed(GeminiRequestBody config, ReadOnlyMemory<byte> allowed)
    {
        const string At = "tool_choice.allowed_tools";
        var mode = GeminiRequestJson.Find(allowed, "mode"u8);
        var required = GeminiRequestJson.Is(mode, "required");
        if (!required && !GeminiRequestJson.Is(mode, "auto"))
        {
            return GatewayError.InvalidValue($"{At}.mode", "expected 'auto' or 'required'.");
        }

        // Names may be given to these two modes alone; the second leaves it to the model whether to call at all.
        config.Write(required ? "\"mode\":\"ANY\",\"allowedFunctionNames\":["u8 : "\"mode\":\"VALIDATED\",\"allowedFunctionNames\":["u8);
        var tools = GeminiRequestJson.Find(allowed, "tools"u8);
        if (GeminiRequestJson.KindOf(tools.Span) != JsonTokenType.StartArray)
        {
            return GatewayError.MissingParameter($"{At}.tools");
        }

        var reader = new Utf8JsonReader(tools.Span, GeminiRequestJson.Options);
        reader.Read();
        var index = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            config.Write(index == 0 ? ""u8 : ","u8);
            if (WriteName(config, tools[start..(int)reader.BytesConsumed], $"{At}.tools[{index}]") is { } error)
            {
                return error;
            }
        }

        return index == 0 ? GatewayError.EmptyArray($"{At}.tools") : End(config);
    }

    private static GatewayError? End(GeminiRequestBody config)
    {
        config.Write("]"u8);
        return null;
    }

    private static GatewayError? WriteName(GeminiRequestBody config, ReadOnlyMemory<byte> tool, string at)
    {
        var name = GeminiRequestJson.Find(GeminiRequestJson.Find(tool, "function"u8), "name"u8);
        if (GeminiRequestJson.KindOf(name.Span) != JsonTokenType.String)
        {
            return GatewayError.MissingParameter($"{at}.function.name");
        }

        config.Refer(name);
        return null;
    }
}
