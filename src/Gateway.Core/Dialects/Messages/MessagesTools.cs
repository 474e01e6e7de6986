using System.Buffers;
using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Messages;

/// <summary><c>tools</c> and <c>tool_choice</c> as functions.</summary>
internal sealed class MessagesTools
{
    private readonly List<Tool> _tools = [];
    private string? _choice;
    private ReadOnlyMemory<byte> _named;
    private bool _oneAtATime;

    public GatewayError? Read(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (ReadTool(ref reader, json, $"tools[{_tools.Count}]") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    public GatewayError? ReadChoice(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsObject(json))
        {
            return GatewayError.InvalidType("tool_choice", "an object", AnthropicJson.Describe(json));
        }

        _choice = JsonText.Unquote(AnthropicJson.Property(json, "type"u8).Span);
        _named = AnthropicJson.Property(json, "name"u8);
        _oneAtATime = AnthropicJson.Is(AnthropicJson.Property(json, "disable_parallel_tool_use"u8), "true"u8);
        return _choice switch
        {
            "auto" or "any" or "none" => null,
            "tool" => AnthropicJson.IsString(_named) ? null : GatewayError.MissingParameter("tool_choice.name"),
            null => GatewayError.MissingParameter("tool_choice.type"),
            _ => GatewayError.InvalidValue("tool_choice.type", "expected one of 'auto', 'any', 'tool' and 'none'."),
        };
    }

    /// <summary>Asked once all parameters are read, in whichever order they came.</summary>
    public GatewayError? Judge() => _tools.Count == 0 && _choice is "any" or "tool"
        ? GatewayError.InvalidValue("tool_choice", "expected 'tools' beside it.")
        : null;

    public void Write(ArrayBufferWriter<byte> output)
    {
        if (_tools.Count == 0)
        {
            return;
        }

        output.Write(",\"tools\":["u8);
        for (var i = 0; i < _tools.Count; i++)
        {
            output.Write(i == 0 ? "{\"type\":\"function\",\"function\":{\"name\":"u8 : ",{\"type\":\"function\",\"function\":{\"name\":"u8);
            output.Write(_tools[i].Name.Span);
            if (!_tools[i].Description.IsEmpty)
            {
                output.Write(",\"description\":"u8);
                output.Write(_tools[i].Description.Span);
            }

            output.Write(",\"parameters\":"u8);
            output.Write(_tools[i].Schema.Span);
            output.Write(_tools[i].Strict ? ",\"strict\":true}}"u8 : "}}"u8);
        }

        output.Write("]"u8);
        WriteChoice(output);
        output.Write(_oneAtATime && _choice != "none" ? ",\"parallel_tool_calls\":false"u8 : ""u8);
    }

    private void WriteChoice(ArrayBufferWriter<byte> output)
    {
        output.Write(_choice switch
        {
            "auto" => ",\"tool_choice\":\"auto\""u8,
            "any" => ",\"tool_choice\":\"required\""u8,
            "none" => ",\"tool_choice\":\"none\""u8,
            "tool" => ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"u8,
            _ => default,
        });
        if (_choice == "tool")
        {
            output.Write(_named.Span);
            output.Write("}}"u8);
        }
    }

    private GatewayError? ReadTool(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string path)
    {
        var tool = default(Tool);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var value = AnthropicJson.Value(ref reader, json);
            switch (name)
            {
                case "type" when !value.IsEmpty && !AnthropicJson.Is(value, "\"custom\""u8):
                    // One that Anthropic defines: nobody else knows its arguments.
                    return GatewayError.UnsupportedParameter($"{path}.type");
                case "name":
                    tool = tool with { Name = value };
                    break;
                case "description":
                    tool = tool with { Description = value };
                    break;
                case "input_schema":
                    tool = tool with { Schema = value };
                    break;
                case "strict":
                    tool = tool with { Strict = AnthropicJson.Is(value, "true"u8) };
                    break;

                // Hints for a cache, and for how arguments are streamed.
                case "type" or "cache_control" or "eager_input_streaming":
                    break;
                default:
                    if (!value.IsEmpty && !AnthropicJson.Is(value, "false"u8))
                    {
                        return GatewayError.UnsupportedParameter($"{path}.{name}");
                    }

                    break;
            }
        }

        _tools.Add(tool);
        return tool.Name.IsEmpty ? GatewayError.MissingParameter($"{path}.name")
            : !AnthropicJson.IsString(tool.Name) ? GatewayError.InvalidType($"{path}.name", "a string", AnthropicJson.Describe(tool.Name))
            : tool.Schema.IsEmpty ? GatewayError.MissingParameter($"{path}.input_schema")
            : !AnthropicJson.IsObject(tool.Schema) ? GatewayError.InvalidType($"{path}.input_schema", "an object", AnthropicJson.Describe(tool.Schema))
            : tool.Description.IsEmpty || AnthropicJson.IsString(tool.Description) ? null
            : GatewayError.InvalidType($"{path}.description", "a string", AnthropicJson.Describe(tool.Description));
    }

    private readonly record struct Tool(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Description, ReadOnlyMemory<byte> Schema, bool Strict);
}
