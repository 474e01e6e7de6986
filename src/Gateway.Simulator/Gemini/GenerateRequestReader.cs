using System.Text.Json;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Gemini;

/// <summary>
/// Reads a request as strictly as the provider does. Its contents are read by <see cref="ContentReader"/>, its tools by
/// <see cref="ToolReader"/>.
/// </summary>
internal sealed class GenerateRequestReader
{
    private const int MostCandidates = 8;
    private const int MostStops = 5;
    private const string Config = "generation_config";

    private readonly Fields _fields = new();
    private readonly GenerateRequest _request;
    private string? _resolution;
    private bool _asJson;

    private GenerateRequestReader(string model)
    {
        _request = new GenerateRequest { PromptTokens = TextTokens.ToPrime };
        _request.Name(model);
    }

    /// <summary>Reads a body.</summary>
    /// <param name="body">JSON as it came.</param>
    /// <param name="model">Of the path, with its directives.</param>
    /// <param name="countsOnly">The request asks for its tokens to be counted; it may then be wrapped.</param>
    /// <param name="refusal">What is wrong with it, or null.</param>
    /// <returns>The request; null where there is a refusal.</returns>
    public static GenerateRequest? Read(ReadOnlySpan<byte> body, string model, bool countsOnly, out GeminiError? refusal)
    {
        try
        {
            var reader = new GenerateRequestReader(model);
            var root = JsonElement.Parse(body);
            if (countsOnly && root.ValueKind is JsonValueKind.Object && Fields.TryGet(root, "generateContentRequest", out var wrapped))
            {
                root = wrapped;
            }

            refusal = reader.Read(root) ? null : reader._fields.Refusal ?? GeminiError.BrokenJson;
            return refusal is null ? reader._request : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half a surrogate pair, or bytes that are no UTF-8.
            refusal = GeminiError.BrokenJson;
            return null;
        }
    }

    private bool Read(JsonElement root) =>
        _fields.HasOnly(
            root, "", "model", "contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent")
        && (!Fields.TryGet(root, "generationConfig", out var config) || ReadConfig(config))
        && (!Fields.TryGet(root, "safetySettings", out var settings) || ReadSafety(settings))
        && new ToolReader(_fields, _request).Read(root)
        && CheckJsonWithTools()
        && ReadContents(root);

    private bool ReadContents(JsonElement root)
    {
        var reader = new ContentReader(_fields, _request, _resolution);
        return (!Fields.TryGet(root, "systemInstruction", out var system) || reader.ReadSystem(system))
            && (Fields.TryGet(root, "contents", out var contents) || _fields.Fail("* GenerateContentRequest.contents: contents is not specified"))
            && reader.Read(contents);
    }

    private bool ReadConfig(JsonElement config)
    {
        if (!_fields.HasOnly(
                config,
                Config,
                "candidateCount", "stopSequences", "maxOutputTokens", "temperature", "topP", "topK", "seed", "presencePenalty",
                "frequencyPenalty", "responseMimeType", "responseSchema", "responseJsonSchema", "responseModalities", "responseLogprobs",
                "logprobs", "thinkingConfig", "mediaResolution", "speechConfig", "imageConfig", "enableEnhancedCivicAnswers")
            || !_fields.MayBeInteger(config, "maxOutputTokens", Config, out var most)
            || !_fields.MayBeInteger(config, "candidateCount", Config, out var candidates)
            || !_fields.MayBeNumber(config, "temperature", Config, 0, 2)
            || !_fields.MayBeNumber(config, "topP", Config, 0, 1)
            || !_fields.MayBeNumber(config, "topK", Config, 1, int.MaxValue)
            || !_fields.MayBeNumber(config, "presencePenalty", Config, -2, 2)
            || !_fields.MayBeNumber(config, "frequencyPenalty", Config, -2, 2)
            || !_fields.MayBeInteger(config, "seed", Config, out _)
            || !_fields.MayBeFlag(config, "responseLogprobs", Config, out _)
            || !_fields.MayBeInteger(config, "logprobs", Config, out _)
            || !_fields.MayBeOneOf(config, "mediaResolution", Config, out _resolution, "MEDIA_RESOLUTION_UNSPECIFIED", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"))
        {
            return false;
        }

        if (most is < 1)
        {
            return _fields.Fail("* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.");
        }

        if (candidates is < 1 or > MostCandidates)
        {
            return _fields.Fail($"* GenerateContentRequest.generation_config.candidate_count: must be in the range [1, {MostCandidates}].");
        }

        _request.MaxTokens = most ?? int.MaxValue;
        _request.Choices = candidates ?? 1;
        return ReadStops(config) && ReadThinking(config) && ReadFormat(config);
    }

    private bool ReadStops(JsonElement config)
    {
        if (!Fields.TryGet(config, "stopSequences", out var stops))
        {
            return true;
        }

        var count = 0;
        foreach (var stop in Fields.Each(stops))
        {
            var path = $"{Config}.stop_sequences[{count++}]";
            if (stop.ValueKind is not JsonValueKind.String)
            {
                return _fields.IsWrong(stop, path, "TYPE_STRING");
            }

            if (stop.ValueEquals(""))
            {
                return _fields.Fail($"* GenerateContentRequest.{path}: a stop sequence must not be empty.");
            }
        }

        return count <= MostStops || _fields.Fail($"* GenerateContentRequest.{Config}.stop_sequences: at most {MostStops} are allowed.");
    }

    private bool ReadThinking(JsonElement config)
    {
        const string path = $"{Config}.thinking_config";
        if (!Fields.TryGet(config, "thinkingConfig", out var thinking))
        {
            return true;
        }

        if (!_fields.HasOnly(thinking, path, "includeThoughts", "thinkingBudget", "thinkingLevel")
            || !_fields.MayBeFlag(thinking, "includeThoughts", path, out var shown)
            || !_fields.MayBeInteger(thinking, "thinkingBudget", path, out var budget)
            || !_fields.MayBeOneOf(thinking, "thinkingLevel", path, out var level, "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "minimal", "low", "medium", "high"))
        {
            return false;
        }

        _request.Thinks = shown && budget is not 0;
        return budget is null || level is null || _fields.Fail("You can only set one of thinking budget and thinking level.");
    }

    private bool ReadFormat(JsonElement config)
    {
        var hasSchema = Fields.TryGet(config, "responseSchema", out var schema);
        var hasJsonSchema = Fields.TryGet(config, "responseJsonSchema", out var jsonSchema);
        if (!_fields.MayBeText(config, "responseMimeType", Config, out var type))
        {
            return false;
        }

        if (type is not (null or "" or "text/plain" or "application/json" or "text/x.enum"))
        {
            return _fields.Fail($"* GenerateContentRequest.{Config}.response_mime_type: allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`.");
        }

        _asJson = type is "application/json";
        if ((hasSchema || hasJsonSchema) && type is not ("application/json" or "text/x.enum"))
        {
            return _fields.Fail($"* GenerateContentRequest.{Config}.response_schema: only `application/json` and `text/x.enum` may have a schema.");
        }

        if (hasSchema && hasJsonSchema)
        {
            return _fields.Fail($"* GenerateContentRequest.{Config}: response_schema and response_json_schema cannot both be set.");
        }

        if (hasSchema && !new SchemaReader(_fields).Read(schema, $"{Config}.response_schema"))
        {
            return false;
        }

        if (_asJson)
        {
            _request.WantedJson = hasSchema || hasJsonSchema ? SchemaSample.Of(hasSchema ? schema : jsonSchema) : "{}";
        }

        return true;
    }

    private bool ReadSafety(JsonElement settings)
    {
        var index = 0;
        foreach (var setting in Fields.Each(settings))
        {
            var path = $"safety_settings[{index++}]";
            if (!_fields.HasOnly(setting, path, "category", "threshold")
                || !_fields.MayBeOneOf(setting, "category", path, out _, "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT", "HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_CIVIC_INTEGRITY")
                || !_fields.MayBeOneOf(setting, "threshold", path, out _, "HARM_BLOCK_THRESHOLD_UNSPECIFIED", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Before the third generation an answer is JSON, or may call functions.</summary>
    private bool CheckJsonWithTools() =>
        !_asJson || _request.Tools is not { Count: > 0 } || _request.IsThirdGeneration
        || _fields.Fail("Function calling with a response mime type: 'application/json' is unsupported");
}
