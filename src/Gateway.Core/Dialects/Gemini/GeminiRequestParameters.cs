using System.Text;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Translates the top-level parameters. Each is one of these: said in the API's words; without effect on the answer, and left out; or refused
/// by name. A null says nothing.
/// </summary>
/// <param name="model">The upstream model.</param>
/// <param name="longest">Tokens that one answer may have, thoughts included.</param>
/// <param name="answers">Answers asked for.</param>
internal sealed class GeminiRequestParameters(string model, long longest, int answers)
{
    private const int MostTopLogprobs = 20;

    private readonly GeminiRequestBody _generation = new();
    private readonly GeminiRequestTools _tools = new();
    private readonly GeminiRequestBody _toolsWritten = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private bool _oneCallAtOnce;
    private bool _logprobs;
    private long _topLogprobs;

    public GatewayError? Read(IEnumerable<EffectiveParameter> parameters)
    {
        _generation.Write("\"maxOutputTokens\":"u8);
        _generation.Write(longest);
        if (answers > 1)
        {
            _generation.Write(",\"candidateCount\":"u8);
            _generation.Write(answers);
        }

        foreach (var parameter in parameters)
        {
            var name = Encoding.UTF8.GetString(parameter.Name.Span);
            if (!_seen.Add(name))
            {
                return GatewayError.DuplicateKey(name);
            }

            if (!parameter.Json.Span.SequenceEqual("null"u8) && Read(name, parameter.Json) is { } error)
            {
                return error;
            }
        }

        if (_oneCallAtOnce && !_tools.IsEmpty)
        {
            return GatewayError.UnsupportedParameter("parallel_tool_calls");
        }

        return EndLogprobs() ?? _tools.WriteTo(_toolsWritten);
    }

    /// <summary>Writes <c>,"tools":...,"toolConfig":...,"generationConfig":...</c>.</summary>
    public void WriteTo(GeminiRequestBody output)
    {
        output.Append(_toolsWritten);
        output.Write(",\"generationConfig\":{"u8);
        output.Append(_generation);
        output.Write("}"u8);
    }

    private GatewayError? Read(string name, ReadOnlyMemory<byte> json)
    {
        var kind = GeminiRequestJson.KindOf(json.Span);
        switch (name)
        {
            // Read before, by whoever reads every request.
            case "model" or "messages" or "stream" or "stream_options" or "n" or "service_tier" or "web_search_options":
            // Labels, and hints for caches and speed: an answer is the same without them.
            case "user" or "safety_identifier" or "metadata" or "prompt_cache_key" or "prompt_cache_options" or "prompt_cache_retention" or "prediction":
                return null;

            case "temperature":
                return Number(name, "temperature", json);
            case "top_p":
                return Number(name, "topP", json);
            case "top_k":
                return Number(name, "topK", json);
            case "presence_penalty":
                return Penalty(name, "presencePenalty", json);
            case "frequency_penalty":
                return Penalty(name, "frequencyPenalty", json);
            case "seed":
                return Seed(json);
            case "stop":
                return Stop(json);
            case "logprobs":
                _logprobs = kind == JsonTokenType.True;
                return kind is JsonTokenType.True or JsonTokenType.False ? null : GatewayError.InvalidType(name, "a boolean", JsonKind.Describe(kind));
            case "top_logprobs":
                return TryReadInteger(json, out _topLogprobs) && _topLogprobs is >= 0 and <= MostTopLogprobs
                    ? null
                    : GatewayError.InvalidValue(name, $"expected an integer from 0 to {MostTopLogprobs}.");
            case "response_format":
                return Format(json);
            case "reasoning_effort":
                _generation.Write(","u8);
                return GeminiRequestThinking.Write(_generation, json, model);
            case "modalities":
                return Modalities(json);
            case "tools":
                return _tools.ReadTools(json);
            case "tool_choice":
                _tools.ReadChoice(json);
                return null;
            case "parallel_tool_calls":
                _oneCallAtOnce = kind == JsonTokenType.False;
                return kind is JsonTokenType.True or JsonTokenType.False ? null : GatewayError.InvalidType(name, "a boolean", JsonKind.Describe(kind));

            // What says nothing beyond the default.
            case "store" when kind == JsonTokenType.False:
            case "verbosity" when GeminiRequestJson.Is(json, "medium"):
            case "logit_bias" when kind == JsonTokenType.StartObject && json.Span[1..^1].Trim(" \t\r\n"u8).IsEmpty:
                return null;

            default:
                return GatewayError.UnsupportedParameter(name.Length <= 128 ? name : name[..128]);
        }
    }

    private GatewayError? Number(string name, string term, ReadOnlyMemory<byte> json)
    {
        if (GeminiRequestJson.KindOf(json.Span) is not JsonTokenType.Number and var kind)
        {
            return GatewayError.InvalidType(name, "a number", JsonKind.Describe(kind));
        }

        Begin(term);
        _generation.Refer(json);
        return null;
    }

    /// <summary>None at all is the default, which many models want to be left unsaid.</summary>
    private GatewayError? Penalty(string name, string term, ReadOnlyMemory<byte> json) =>
        GeminiRequestJson.KindOf(json.Span) == JsonTokenType.Number && !json.Span.ContainsAnyInRange((byte)'1', (byte)'9') ? null : Number(name, term, json);

    private GatewayError? Seed(ReadOnlyMemory<byte> json)
    {
        if (!TryReadInteger(json, out var seed) || seed is < int.MinValue or > int.MaxValue)
        {
            return GatewayError.InvalidValue("seed", $"expected an integer from {int.MinValue} to {int.MaxValue}.");
        }

        Begin("seed");
        _generation.Write(seed);
        return null;
    }

    private GatewayError? Stop(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, GeminiRequestJson.Options);
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            Begin("stopSequences");
            _generation.Write("["u8);
            _generation.Refer(json);
            _generation.Write("]"u8);
            return null;
        }

        var texts = 0;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                texts++;
            }
        }

        if (reader.TokenType != JsonTokenType.EndArray)
        {
            return GatewayError.InvalidType("stop", "a string or an array of strings", JsonKind.Describe(reader.TokenType));
        }

        if (texts > 0)
        {
            Begin("stopSequences");
            _generation.Refer(json);
        }

        return null;
    }

    private GatewayError? Format(ReadOnlyMemory<byte> json)
    {
        var type = GeminiRequestJson.Find(json, "type"u8);
        if (GeminiRequestJson.Is(type, "text"))
        {
            return null;
        }

        var (isObject, isSchema) = (GeminiRequestJson.Is(type, "json_object"), GeminiRequestJson.Is(type, "json_schema"));
        if (!isObject && !isSchema)
        {
            return GatewayError.InvalidValue("response_format.type", "expected one of 'text', 'json_object' and 'json_schema'.");
        }

        Begin("responseMimeType");
        _generation.Write("\"application/json\""u8);
        if (!isSchema)
        {
            return null;
        }

        var schema = GeminiRequestJson.Find(GeminiRequestJson.Find(json, "json_schema"u8), "schema"u8);
        if (GeminiRequestJson.KindOf(schema.Span) != JsonTokenType.StartObject)
        {
            return GatewayError.MissingParameter("response_format.json_schema.schema");
        }

        Begin("responseJsonSchema");
        _generation.Refer(schema);
        return null;
    }

    private GatewayError? Modalities(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, GeminiRequestJson.Options);
        var (text, image) = (false, false);
        for (reader.Read(); reader.TokenType is JsonTokenType.StartArray or JsonTokenType.String && reader.Read();)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                break;
            }

            (text, image) = (text || reader.ValueTextEquals("text"u8), image || reader.ValueTextEquals("image"u8));
            if (!reader.ValueTextEquals("text"u8) && !reader.ValueTextEquals("image"u8))
            {
                return GatewayError.InvalidValue("modalities", "expected 'text', 'image' or both.");
            }
        }

        if (reader.TokenType != JsonTokenType.EndArray)
        {
            return GatewayError.InvalidType("modalities", "an array of strings", JsonKind.Describe(reader.TokenType));
        }

        if (image)
        {
            Begin("responseModalities");
            _generation.Write(text ? "[\"TEXT\",\"IMAGE\"]"u8 : "[\"IMAGE\"]"u8);
        }

        return null;
    }

    private GatewayError? EndLogprobs()
    {
        if (!_logprobs)
        {
            return _topLogprobs == 0 ? null : GatewayError.InvalidValue("top_logprobs", "it is only allowed where 'logprobs' is true.");
        }

        Begin("responseLogprobs");
        _generation.Write("true"u8);
        if (_topLogprobs > 0)
        {
            Begin("logprobs");
            _generation.Write(_topLogprobs);
        }

        return null;
    }

    private void Begin(string name)
    {
        _generation.Write(",\""u8);
        _generation.Write(Encoding.UTF8.GetBytes(name));
        _generation.Write("\":"u8);
    }

    private static bool TryReadInteger(ReadOnlyMemory<byte> json, out long number)
    {
        number = 0;
        var reader = new Utf8JsonReader(json.Span, GeminiRequestJson.Options);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number);
    }
}
