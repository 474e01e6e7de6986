using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// The parameters beside model, messages, maximum, stream and n. One that changes nothing at the value given is left out; one without an
/// effect on the answer too; every other that the API has no word for is refused by name.
/// </summary>
internal sealed class AnthropicRequestParameters
{
    private readonly AnthropicTools _tools = new();
    private ReadOnlyMemory<byte> _temperature;
    private ReadOnlyMemory<byte> _topP;
    private ReadOnlyMemory<byte> _topK;
    private ReadOnlyMemory<byte> _stop;
    private ReadOnlyMemory<byte> _user;
    private ReadOnlyMemory<byte> _safetyIdentifier;
    private string? _effort;
    private ReadOnlyMemory<byte> _schema;
    private ReadOnlyMemory<byte> _thinking;
    private ReadOnlyMemory<byte> _cacheControl;
    private bool _standardTier;

    public static GatewayError? TryRead(IEnumerable<EffectiveParameter> parameters, out AnthropicRequestParameters read)
    {
        read = new AnthropicRequestParameters();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            var name = Encoding.UTF8.GetString(parameter.Name.Span);
            if (!seen.Add(name))
            {
                return GatewayError.DuplicateKey(name);
            }

            if (!parameter.Json.Span.SequenceEqual("null"u8) && read.Read(name, parameter.Json) is { } error)
            {
                return error;
            }
        }

        return read._tools.Judge();
    }

    public void Write(AnthropicRequestBody output)
    {
        Put(output, "temperature"u8, _temperature);
        Put(output, "top_p"u8, _topP);
        Put(output, "top_k"u8, _topK);
        if (AnthropicJson.IsString(_stop))
        {
            output.Write(",\"stop_sequences\":["u8);
            output.Take(_stop);
            output.Write("]"u8);
        }
        else
        {
            Put(output, "stop_sequences"u8, _stop);
        }

        if ((_user.IsEmpty ? _safetyIdentifier : _user) is { IsEmpty: false } user)
        {
            output.Write(",\"metadata\":{\"user_id\":"u8);
            output.Take(user);
            output.Write("}"u8);
        }

        if (_standardTier)
        {
            output.Write(",\"service_tier\":\"standard_only\""u8);
        }

        Put(output, "cache_control"u8, _cacheControl);
        WriteThinking(output);
        _tools.Write(output);
    }

    private static void Put(AnthropicRequestBody output, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            output.Write(",\""u8);
            output.Write(name);
            output.Write("\":"u8);
            output.Take(value);
        }
    }

    private void WriteThinking(AnthropicRequestBody output)
    {
        if (_effort == "none")
        {
            output.Write(",\"thinking\":{\"type\":\"disabled\"}"u8);
        }
        else
        {
            Put(output, "thinking"u8, _thinking);
        }

        var effort = _effort switch
        {
            "none" => null,
            "minimal" => "low",
            _ => _effort,
        };
        if (effort is null && _schema.IsEmpty)
        {
            return;
        }

        output.Write(",\"output_config\":{"u8);
        if (effort is not null)
        {
            output.Write("\"effort\":"u8);
            output.Write(JsonText.Quote(effort));
            output.Write(_schema.IsEmpty ? ""u8 : ","u8);
        }

        if (!_schema.IsEmpty)
        {
            output.Write("\"format\":{\"type\":\"json_schema\",\"schema\":"u8);
            output.Take(_schema);
            output.Write("}"u8);
        }

        output.Write("}"u8);
    }

    private GatewayError? Read(string name, ReadOnlyMemory<byte> json)
    {
        switch (name)
        {
            // Their places are elsewhere in the body, and the plan has read them.
            case "model" or "messages" or "stream" or "stream_options" or "n":

            // Hints for a cache that the API does not have in this form, and labels that the gateway keeps itself.
            case "metadata" or "prompt_cache_key" or "prompt_cache_retention" or "prompt_cache_options":
                return null;
            case "temperature":
                return ReadShare(name, json, out _temperature);
            case "top_p":
                return ReadShare(name, json, out _topP);
            case "top_k":
                _topK = json;
                return null;
            case "thinking":
                _thinking = json;
                return _effort == "none" ? TwoMinds() : null;
            case "cache_control":
                _cacheControl = json;
                return AnthropicCacheControl.Refuse(json, name);
            case "stop":
                return ReadStop(json);
            case "user":
                return ReadText(name, json, out _user);
            case "safety_identifier":
                return ReadText(name, json, out _safetyIdentifier);
            case "service_tier":
                _standardTier = JsonText.Unquote(json.Span) == "default";
                return null;
            case "reasoning_effort":
                return ReadEffort(json);
            case "response_format":
                return ReadFormat(json);
            case "tools":
                return _tools.Read(json);
            case "tool_choice":
                return _tools.ReadChoice(json);
            case "parallel_tool_calls":
                return _tools.ReadParallel(json);
            default:
                return ChangesNothing(name, json.Span) ? null : GatewayError.UnsupportedParameter(name);
        }
    }

    /// <summary>At this value the parameter says what holds without it.</summary>
    private static bool ChangesNothing(string name, ReadOnlySpan<byte> json) => name switch
    {
        "frequency_penalty" or "presence_penalty" or "top_logprobs" => TryReadNumber(json, out var number) && number == 0,
        "logprobs" or "store" => json.SequenceEqual("false"u8),
        "logit_bias" => json.StartsWith("{"u8) && json[1..^1].Trim(" \t\r\n"u8).IsEmpty,
        "functions" => json.StartsWith("["u8) && json[1..^1].Trim(" \t\r\n"u8).IsEmpty,
        "modalities" => json.StartsWith("["u8) && json[1..^1].Trim(" \t\r\n"u8).SequenceEqual("\"text\""u8),
        "verbosity" => json.SequenceEqual("\"medium\""u8),
        _ => false,
    };

    private static bool TryReadNumber(ReadOnlySpan<byte> json, out double number)
    {
        var reader = new Utf8JsonReader(json);
        number = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number);
    }

    /// <summary>A number from 0 to 1. At 1, where both APIs begin, it is left out: newer models take it only then.</summary>
    private static GatewayError? ReadShare(string name, ReadOnlyMemory<byte> json, out ReadOnlyMemory<byte> share)
    {
        share = default;
        if (!TryReadNumber(json.Span, out var number))
        {
            return GatewayError.InvalidType(name, "a number", AnthropicJson.Describe(json));
        }

        if (number is not (>= 0 and <= 1))
        {
            return GatewayError.InvalidValue(name, "expected a number from 0 to 1, since this model's provider takes no other.");
        }

        share = number < 1 ? json : default;
        return null;
    }

    private static GatewayError? ReadText(string name, ReadOnlyMemory<byte> json, out ReadOnlyMemory<byte> text)
    {
        text = json;
        return AnthropicJson.IsString(json) ? null : GatewayError.InvalidType(name, "a string", AnthropicJson.Describe(json));
    }

    private GatewayError? ReadStop(ReadOnlyMemory<byte> json)
    {
        if (AnthropicJson.IsString(json))
        {
            _stop = json;
            return null;
        }

        if (!AnthropicJson.IsArray(json))
        {
            return GatewayError.InvalidType("stop", "a string or an array of strings", AnthropicJson.Describe(json));
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return GatewayError.InvalidType("stop", "a string or an array of strings", "an array with something else");
            }

            _stop = json;
        }

        return null;
    }

    private GatewayError? ReadEffort(ReadOnlyMemory<byte> json)
    {
        _effort = JsonText.Unquote(json.Span);
        if (_effort is not ("none" or "minimal" or "low" or "medium" or "high" or "xhigh" or "max"))
        {
            return GatewayError.InvalidValue("reasoning_effort", "expected one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.");
        }

        return _effort == "none" && !_thinking.IsEmpty ? TwoMinds() : null;
    }

    private static GatewayError TwoMinds() => GatewayError.InvalidValue("reasoning_effort", "expected no 'none' beside 'thinking'.");

    private GatewayError? ReadFormat(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsObject(json))
        {
            return GatewayError.InvalidType("response_format", "an object", AnthropicJson.Describe(json));
        }

        var (type, schema) = (default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>));
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = AnthropicJson.Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("json_schema"u8))
            {
                schema = AnthropicJson.Value(ref reader, json);
            }
            else
            {
                reader.Skip();
            }
        }

        return (type.IsEmpty ? null : JsonText.Unquote(type.Span)) switch
        {
            "text" => null,
            "json_schema" => ReadSchema(schema),
            null => GatewayError.MissingParameter("response_format.type"),

            // Some JSON, of no schema: the API cannot promise that.
            _ => GatewayError.UnsupportedParameter("response_format"),
        };
    }

    /// <summary>Of a schema only the schema itself goes over: the API knows no name for it, and always holds to it strictly.</summary>
    private GatewayError? ReadSchema(ReadOnlyMemory<byte> json)
    {
        if (AnthropicJson.IsObject(json))
        {
            var reader = new Utf8JsonReader(json.Span);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("schema"u8))
                {
                    _schema = AnthropicJson.Value(ref reader, json);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return _schema.IsEmpty ? GatewayError.MissingParameter("response_format.json_schema.schema")
            : AnthropicJson.IsObject(_schema) ? null
            : GatewayError.InvalidType("response_format.json_schema.schema", "an object", AnthropicJson.Describe(_schema));
    }
}
