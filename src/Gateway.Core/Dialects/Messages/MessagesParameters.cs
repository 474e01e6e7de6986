using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// The parameters of a Messages body beside model, messages, maximum and stream, as chat completions know them. One without an effect on
/// the answer is left out; every other that chat completions have no word for is refused by name, unless the model's card drops it.
/// </summary>
internal sealed class MessagesParameters
{
    // Tokens for thinking, below which the effort is low, and below which it is medium.
    private const long LowBudget = 4096;
    private const long MediumBudget = 16384;

    private readonly MessagesTools _tools = new();
    private ReadOnlyMemory<byte> _temperature;
    private ReadOnlyMemory<byte> _topP;
    private ReadOnlyMemory<byte> _topK;
    private ReadOnlyMemory<byte> _stop;
    private ReadOnlyMemory<byte> _user;
    private ReadOnlyMemory<byte> _effort;
    private ReadOnlyMemory<byte> _schema;
    private string? _thinking;
    private bool _standardTier;

    /// <summary><c>system</c>; empty where absent.</summary>
    public ReadOnlyMemory<byte> System { get; private set; }

    public static GatewayError? TryRead(ReadOnlyMemory<byte> body, MessagesRequest request, ParameterPolicy policy, bool forCount, out MessagesParameters read)
    {
        read = new MessagesParameters();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in request.Parameters)
        {
            var name = Encoding.UTF8.GetString(parameter.Name.Span);
            if (!seen.Add(name))
            {
                return GatewayError.DuplicateKey(name);
            }

            var json = body.Slice(parameter.Value.Start, parameter.Value.Length);
            if (!json.Span.SequenceEqual("null"u8) && !policy.Drop.Contains(name) && read.Read(name, json) is { } error && !forCount)
            {
                return error;
            }
        }

        return forCount ? null : read._tools.Judge();
    }

    public void Write(ArrayBufferWriter<byte> output)
    {
        Put(output, ",\"temperature\":"u8, _temperature);
        Put(output, ",\"top_p\":"u8, _topP);
        Put(output, ",\"top_k\":"u8, _topK);
        Put(output, ",\"stop\":"u8, _stop);
        Put(output, ",\"user\":"u8, _user);
        output.Write(_standardTier ? ",\"service_tier\":\"default\""u8 : ""u8);
        if (!_effort.IsEmpty)
        {
            Put(output, ",\"reasoning_effort\":"u8, _effort);
        }
        else if (_thinking is not null)
        {
            output.Write(",\"reasoning_effort\":"u8);
            output.Write(JsonText.Quote(_thinking));
        }

        if (!_schema.IsEmpty)
        {
            output.Write(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"strict\":true,\"schema\":"u8);
            output.Write(_schema.Span);
            output.Write("}}"u8);
        }

        _tools.Write(output);
    }

    private static void Put(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            output.Write(name);
            output.Write(value.Span);
        }
    }

    private GatewayError? Read(string name, ReadOnlyMemory<byte> json)
    {
        switch (name)
        {
            // Their places are elsewhere in the body, the reader has judged them, or they are hints for a cache that others fill by themselves.
            case "model" or "messages" or "max_tokens" or "stream" or "cache_control" or "speed" or "inference_geo" or "mcp_servers" or "container":
                return null;
            case "system":
                System = json;
                return null;
            case "temperature":
                return ReadNumber(name, json, out _temperature);
            case "top_p":
                return ReadNumber(name, json, out _topP);
            case "top_k":
                return ReadNumber(name, json, out _topK);
            case "stop_sequences":
                return ReadStop(json);
            case "metadata":
                return ReadMetadata(json);
            case "service_tier":
                _standardTier = AnthropicJson.Is(json, "\"standard_only\""u8);
                return null;
            case "thinking":
                return ReadThinking(json);
            case "output_config":
                return ReadOutput(json);
            case "tools":
                return _tools.Read(json);
            case "tool_choice":
                return _tools.ReadChoice(json);
            default:
                return GatewayError.UnsupportedParameter(name);
        }
    }

    private static GatewayError? ReadNumber(string name, ReadOnlyMemory<byte> json, out ReadOnlyMemory<byte> number)
    {
        number = json;
        return AnthropicJson.Describe(json) == "a number" ? null : GatewayError.InvalidType(name, "a number", AnthropicJson.Describe(json));
    }

    private GatewayError? ReadStop(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsArray(json))
        {
            return GatewayError.InvalidType("stop_sequences", "an array of strings", AnthropicJson.Describe(json));
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return GatewayError.InvalidType("stop_sequences", "an array of strings", "an array with something else");
            }

            _stop = json;
        }

        return null;
    }

    private GatewayError? ReadMetadata(ReadOnlyMemory<byte> json)
    {
        var user = AnthropicJson.Property(json, "user_id"u8);
        _user = user.Length > 2 ? user : default;
        return null;
    }

    private GatewayError? ReadThinking(ReadOnlyMemory<byte> json)
    {
        // To think as much as the model likes is how it is.
        if (!AnthropicJson.Is(AnthropicJson.Property(json, "type"u8), "\"enabled\""u8))
        {
            return null;
        }

        var budget = AnthropicJson.Property(json, "budget_tokens"u8);
        if (budget.IsEmpty)
        {
            return GatewayError.MissingParameter("thinking.budget_tokens");
        }

        var reader = new Utf8JsonReader(budget.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var tokens) || tokens < 1)
        {
            return GatewayError.InvalidValue("thinking.budget_tokens", "expected an integer from 1 up.");
        }

        _thinking = tokens switch
        {
            < LowBudget => "low",
            < MediumBudget => "medium",
            _ => "high",
        };
        return null;
    }

    private GatewayError? ReadOutput(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsObject(json))
        {
            return GatewayError.InvalidType("output_config", "an object", AnthropicJson.Describe(json));
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var value = AnthropicJson.Value(ref reader, json);
            var error = name switch
            {
                _ when value.IsEmpty => null,
                "effort" => ReadEffort(value),
                "format" => ReadFormat(value),
                _ => GatewayError.UnsupportedParameter($"output_config.{name}"),
            };
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? ReadEffort(ReadOnlyMemory<byte> json)
    {
        _effort = json;
        return JsonText.Unquote(json.Span) is "low" or "medium" or "high" or "xhigh" or "max"
            ? null
            : GatewayError.InvalidValue("output_config.effort", "expected one of 'low', 'medium', 'high', 'xhigh' and 'max'.");
    }

    private GatewayError? ReadFormat(ReadOnlyMemory<byte> json)
    {
        if (!AnthropicJson.IsObject(json))
        {
            return GatewayError.InvalidType("output_config.format", "an object", AnthropicJson.Describe(json));
        }

        if (!AnthropicJson.Is(AnthropicJson.Property(json, "type"u8), "\"json_schema\""u8))
        {
            return GatewayError.UnsupportedParameter("output_config.format.type");
        }

        _schema = AnthropicJson.Property(json, "schema"u8);
        return AnthropicJson.IsObject(_schema) ? null : GatewayError.MissingParameter("output_config.format.schema");
    }
}
