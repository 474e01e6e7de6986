using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary><c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, of which the latter two are one object in the API.</summary>
internal sealed class AnthropicTools
{
    private readonly List<Tool> _tools = [];
    private string? _choice;
    private ReadOnlyMemory<byte> _named;
    private bool _oneAtATime;

    public GatewayError? Read(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsArray(json))
        {
            return GatewayError.InvalidType("tools", "an array of objects", AnthropicJson.Describe(json));
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var path = $"tools[{_tools.Count}]";
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return GatewayError.InvalidType(path, "an object", "something else");
            }

            if (ReadTool(ref reader, json, path) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    public GatewayError? ReadParallel(ReadOnlyMemory<byte> json)
    {
        _oneAtATime = AnthropicJson.Is(json, "false"u8);
        return _oneAtATime || AnthropicJson.Is(json, "true"u8)
            ? null
            : GatewayError.InvalidType("parallel_tool_calls", "a boolean", AnthropicJson.Describe(json));
    }

    public GatewayError? ReadChoice(ReadOnlyMemory<byte> json)
    {
        if (AnthropicJson.IsString(json))
        {
            _choice = JsonText.Unquote(json.Span) switch
            {
                "auto" => "auto",
                "required" => "any",
                "none" => "none",
                _ => null,
            };
            return _choice is null ? GatewayError.InvalidValue("tool_choice", "expected 'none', 'auto', 'required', or an object that names a function.") : null;
        }

        if (!AnthropicJson.IsObject(json))
        {
            return GatewayError.InvalidType("tool_choice", "a string or an object", AnthropicJson.Describe(json));
        }

        var (type, function) = (default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>));
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                function = AnthropicJson.Value(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }

        // A choice among some of the tools, or of a tool that is no function.
        if (!AnthropicJson.Is(type, "\"function\""u8))
        {
            return GatewayError.UnsupportedParameter("tool_choice.type");
        }

        (_choice, _named) = ("tool", AnthropicJson.IsObject(function) ? AnthropicJson.Property(function, "name"u8) : default);
        return AnthropicJson.IsString(_named) ? null : GatewayError.MissingParameter("tool_choice.function.name");
    }

    /// <summary>Asked once all parameters are read, in whichever order they came.</summary>
    public GatewayError? Judge() => _tools.Count == 0 && _choice is "any" or "tool"
        ? GatewayError.InvalidValue("tool_choice", "expected 'tools' beside it.")
        : null;

    public void Write(AnthropicRequestBody output)
    {
        if (_tools.Count == 0)
        {
            return;
        }

        output.Write(",\"tools\":["u8);
        for (var i = 0; i < _tools.Count; i++)
        {
            output.Write(i == 0 ? "{\"name\":"u8 : ",{\"name\":"u8);
            Write(output, _tools[i]);
        }

        output.Write("]"u8);
        var choice = _choice ?? (_oneAtATime ? "auto" : null);
        if (choice is null)
        {
            return;
        }

        output.Write(choice switch
        {
            "any" => ",\"tool_choice\":{\"type\":\"any\""u8,
            "none" => ",\"tool_choice\":{\"type\":\"none\""u8,
            "tool" => ",\"tool_choice\":{\"type\":\"tool\",\"name\":"u8,
            _ => ",\"tool_choice\":{\"type\":\"auto\""u8,
        });
        output.Take(_named);
        output.Write(_oneAtATime && choice != "none" ? ",\"disable_parallel_tool_use\":true}"u8 : "}"u8);
    }

    private static void Write(AnthropicRequestBody output, in Tool tool)
    {
        output.Take(tool.Name);
        if (!tool.Description.IsEmpty)
        {
            output.Write(",\"description\":"u8);
            output.Take(tool.Description);
        }

        output.Write(",\"input_schema\":"u8);
        if (tool.Parameters.IsEmpty || tool.Parameters.Span[1..^1].Trim(" \t\r\n"u8).IsEmpty)
        {
            output.Write("{\"type\":\"object\",\"properties\":{}}"u8);
        }
        else if (AnthropicJson.Property(tool.Parameters, "type"u8).IsEmpty)
        {
            // The API wants it said that arguments are an object.
            output.Write("{\"type\":\"object\","u8);
            output.Take(tool.Parameters[1..]);
        }
        else
        {
            output.Take(tool.Parameters);
        }

        output.Write(tool.Strict ? ",\"strict\":true"u8 : ""u8);
        if (!tool.CacheControl.IsEmpty)
        {
            output.Write(",\"cache_control\":"u8);
            output.Take(tool.CacheControl);
        }

        output.Write("}"u8);
    }

    private GatewayError? ReadTool(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string path)
    {
        var (type, function, cacheControl) = (default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                function = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                cacheControl = AnthropicJson.Value(ref reader, json);
                if (AnthropicCacheControl.Refuse(cacheControl, $"{path}.cache_control") is { } lifetime)
                {
                    return lifetime;
                }
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

        // A custom tool, whose input is free text, has no like.
        if (!AnthropicJson.Is(type, "\"function\""u8))
        {
            return type.IsEmpty ? GatewayError.MissingParameter($"{path}.type") : GatewayError.UnsupportedParameter($"{path}.type");
        }

        return AnthropicJson.IsObject(function) ? ReadFunction(function, cacheControl, $"{path}.function")
            : function.IsEmpty ? GatewayError.MissingParameter($"{path}.function")
            : GatewayError.InvalidType($"{path}.function", "an object", AnthropicJson.Describe(function));
    }

    private GatewayError? ReadFunction(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> cacheControl, string path)
    {
        var tool = new Tool { CacheControl = cacheControl };
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var value = AnthropicJson.Value(ref reader, json);
            switch (name)
            {
                case "name":
                    tool = tool with { Name = value };
                    break;
                case "description":
                    tool = tool with { Description = value };
                    break;
                case "parameters":
                    tool = tool with { Parameters = value };
                    break;
                case "strict":
                    tool = tool with { Strict = AnthropicJson.Is(value, "true"u8) };
                    break;
                case "cache_control":
                    tool = tool with { CacheControl = value };
                    if (AnthropicCacheControl.Refuse(value, $"{path}.cache_control") is { } lifetime)
                    {
                        return lifetime;
                    }

                    break;
                default:
                    if (!value.IsEmpty)
                    {
                        return GatewayError.UnsupportedParameter($"{path}.{name}");
                    }

                    break;
            }
        }

        if (!AnthropicJson.IsString(tool.Name))
        {
            return tool.Name.IsEmpty ? GatewayError.MissingParameter($"{path}.name") : GatewayError.InvalidType($"{path}.name", "a string", AnthropicJson.Describe(tool.Name));
        }

        if (!tool.Description.IsEmpty && !AnthropicJson.IsString(tool.Description))
        {
            return GatewayError.InvalidType($"{path}.description", "a string", AnthropicJson.Describe(tool.Description));
        }

        if (!tool.Parameters.IsEmpty && !AnthropicJson.IsObject(tool.Parameters))
        {
            return GatewayError.InvalidType($"{path}.parameters", "an object", AnthropicJson.Describe(tool.Parameters));
        }

        _tools.Add(tool);
        return null;
    }

    private readonly record struct Tool
    {
        public ReadOnlyMemory<byte> Name { get; init; }

        public ReadOnlyMemory<byte> Description { get; init; }

        public ReadOnlyMemory<byte> Parameters { get; init; }

        public ReadOnlyMemory<byte> CacheControl { get; init; }

        public bool Strict { get; init; }
    }
}
