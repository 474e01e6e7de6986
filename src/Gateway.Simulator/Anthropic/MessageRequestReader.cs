using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Anthropic;

/// <summary>
/// Reads a request as strictly as the provider does: what is unknown, missing, of a wrong kind or out of place is refused.
/// Its messages are read by <see cref="TurnReader"/>, its tools by <see cref="ToolReader"/>.
/// </summary>
internal sealed partial class MessageRequestReader
{
    private const int LeastThinking = 1024;
    private const int MostCacheMarks = 4;

    private readonly Checks _checks = new();
    private readonly MessageRequest _request = new() { PromptTokens = TextTokens.ToPrime };
    private bool _thinking;
    private bool _forced;
    private int _cacheMarks;

    private MessageRequestReader()
    {
    }

    /// <summary>Reads a body.</summary>
    /// <param name="body">JSON as it came.</param>
    /// <param name="countsOnly">The request asks for its tokens to be counted: there is no maximum for the answer.</param>
    /// <param name="refusal">What is wrong with it, or null.</param>
    /// <returns>The request; null where there is a refusal.</returns>
    public static MessageRequest? Read(ReadOnlySpan<byte> body, bool countsOnly, out AnthropicError? refusal)
    {
        try
        {
            var reader = new MessageRequestReader();
            var root = JsonElement.Parse(body);
            refusal = reader.Read(root, countsOnly) ? null : AnthropicError.Invalid(reader._checks.Complaint ?? "");
            return refusal is null ? reader._request : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half a surrogate pair, or bytes that are no UTF-8.
            refusal = AnthropicError.BrokenJson;
            return null;
        }
    }

    private bool Read(JsonElement root, bool countsOnly) =>
        _checks.HasOnly(
            root,
            "",
            "model", "messages", "max_tokens", "system", "temperature", "top_p", "top_k", "stop_sequences", "stream", "tools", "tool_choice",
            "thinking", "metadata", "service_tier", "output_config", "cache_control", "container", "inference_geo", "speed")
        && ReadModel(root)
        && (countsOnly || ReadMaximum(root))
        && ReadSampling(root)
        && ReadThinking(root)
        && ReadExtras(root)
        && ReadSystem(root)
        && ReadTools(root)
        && _checks.MayCache(root, "", ref _cacheMarks)
        && ReadMessages(root)
        && (_cacheMarks <= MostCacheMarks
            || _checks.Fail("cache_control", $"At most {MostCacheMarks} blocks may carry it; there are {_cacheMarks}"));

    private bool ReadModel(JsonElement root)
    {
        if (!_checks.Has(root, "", "model", out var model) || !_checks.IsText(model, "model", out var name))
        {
            return false;
        }

        _request.Name(name);
        return _request.Model is not "" || _checks.Fail("model", "String should have at least 1 character");
    }

    private bool ReadMaximum(JsonElement root)
    {
        if (!_checks.Has(root, "", "max_tokens", out var maximum) || !_checks.IsInteger(maximum, "max_tokens", 1, out var most))
        {
            return false;
        }

        _request.MaxTokens = most;
        return true;
    }

    private bool ReadSampling(JsonElement root)
    {
        var warm = root.TryGetProperty("temperature", out var temperature);
        var nucleus = root.TryGetProperty("top_p", out var topP);
        return (!warm || _checks.IsNumber(temperature, "temperature", 0, 1))
            && (!nucleus || _checks.IsNumber(topP, "top_p", 0, 1))
            && (!warm || !nucleus || !WantsOneOfTwo().IsMatch(_request.Model ?? "")
                || _checks.Fail("top_p", "`temperature` and `top_p` cannot both be given for this model"))
            && (!root.TryGetProperty("top_k", out var topK) || _checks.IsInteger(topK, "top_k", 0, out _));
    }

    private bool ReadThinking(JsonElement root)
    {
        if (!root.TryGetProperty("thinking", out var thinking))
        {
            return true;
        }

        if (!_checks.HasOnly(thinking, "thinking", "type", "budget_tokens", "display")
            || !_checks.Has(thinking, "thinking", "type", out var type)
            || !_checks.IsOneOf(type, "thinking.type", out var kind, "enabled", "disabled", "adaptive"))
        {
            return false;
        }

        var hasBudget = thinking.TryGetProperty("budget_tokens", out var budget);
        if (kind is not "enabled")
        {
            _request.Thinks = kind is "adaptive";
            return !hasBudget || _checks.Fail($"thinking.{kind}.budget_tokens", "Extra inputs are not permitted");
        }

        _request.Thinks = _thinking = true;
        return (hasBudget || _checks.Fail("thinking.enabled.budget_tokens", "Field required"))
            && _checks.IsInteger(budget, "thinking.enabled.budget_tokens", LeastThinking, out var tokens)
            && (tokens < _request.MaxTokens || _checks.Fail("max_tokens", "`max_tokens` must be greater than `thinking.budget_tokens`"))
            && (!root.TryGetProperty("temperature", out var temperature) || temperature.GetDouble() is 1
                || _checks.Fail("temperature", "may only be 1 when thinking is enabled"))
            && (!root.TryGetProperty("top_k", out _) || _checks.Fail("top_k", "must be unset when thinking is enabled"))
            && (!root.TryGetProperty("top_p", out var topP) || topP.GetDouble() >= 0.95
                || _checks.Fail("top_p", "must be at least 0.95 or unset when thinking is enabled"));
    }

    private bool ReadExtras(JsonElement root)
    {
        if (root.TryGetProperty("stream", out var stream))
        {
            if (!_checks.IsFlag(stream, "stream"))
            {
                return false;
            }

            _request.Stream = stream.ValueKind is JsonValueKind.True;
        }

        return ReadStops(root)
            && (!root.TryGetProperty("metadata", out var metadata) || ReadMetadata(metadata))
            && (!root.TryGetProperty("service_tier", out var tier)
                || _checks.IsOneOf(tier, "service_tier", out _, "auto", "standard_only"))
            && (!root.TryGetProperty("output_config", out var output) || ReadOutput(output));
    }

    private bool ReadStops(JsonElement root)
    {
        if (!root.TryGetProperty("stop_sequences", out var stops))
        {
            return true;
        }

        if (!_checks.IsArray(stops, "stop_sequences"))
        {
            return false;
        }

        var index = 0;
        foreach (var stop in stops.EnumerateArray())
        {
            var path = $"stop_sequences.{index++}";
            if (!_checks.IsText(stop, path, out var text)
                || (string.IsNullOrWhiteSpace(text) && !_checks.Fail(path, "each stop sequence must contain non-whitespace")))
            {
                return false;
            }

            _request.StopSequence ??= text;
        }

        return true;
    }

    private bool ReadMetadata(JsonElement metadata)
    {
        if (!_checks.HasOnly(metadata, "metadata", "user_id"))
        {
            return false;
        }

        return !metadata.TryGetProperty("user_id", out var user)
            || user.ValueKind is JsonValueKind.Null
            || (_checks.IsText(user, "metadata.user_id", out var id)
                && (id.Length <= 256 || _checks.Fail("metadata.user_id", "String should have at most 256 characters")));
    }

    private bool ReadOutput(JsonElement output)
    {
        if (!_checks.HasOnly(output, "output_config", "effort", "format")
            || (output.TryGetProperty("effort", out var effort)
                && effort.ValueKind is not JsonValueKind.Null
                && !_checks.IsOneOf(effort, "output_config.effort", out _, "low", "medium", "high", "xhigh", "max")))
        {
            return false;
        }

        if (!output.TryGetProperty("format", out var format) || format.ValueKind is JsonValueKind.Null)
        {
            return true;
        }

        const string path = "output_config.format";
        if (!_checks.HasOnly(format, path, "type", "schema")
            || !_checks.Has(format, path, "type", out var type)
            || !_checks.IsOneOf(type, $"{path}.type", out _, "json_schema")
            || !_checks.Has(format, path, "schema", out var schema)
            || !_checks.IsObject(schema, $"{path}.schema")
            || !IsClosed(schema, $"{path}.schema"))
        {
            return false;
        }

        _request.WantedJson = SchemaSample.Of(schema);
        return true;
    }

    /// <summary>Every object in a schema for output says that it has no other properties.</summary>
    private bool IsClosed(JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.Array)
        {
            var index = 0;
            foreach (var one in schema.EnumerateArray())
            {
                if (!IsClosed(one, $"{path}.{index++}"))
                {
                    return false;
                }
            }
        }

        if (schema.ValueKind is not JsonValueKind.Object)
        {
            return true;
        }

        if (schema.TryGetProperty("type", out var type)
            && type.ValueKind is JsonValueKind.String
            && type.ValueEquals("object")
            && (!schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind is not JsonValueKind.False))
        {
            return _checks.Fail(path, "For 'object' type, 'additionalProperties' must be explicitly set to false");
        }

        foreach (var property in schema.EnumerateObject())
        {
            if (property.Name is not ("enum" or "const" or "default" or "examples") && !IsClosed(property.Value, $"{path}.{property.Name}"))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadSystem(JsonElement root)
    {
        if (!root.TryGetProperty("system", out var system))
        {
            return true;
        }

        _request.PromptTokens += TextTokens.PerMessage;
        if (system.ValueKind is JsonValueKind.String)
        {
            Count(system);
            return true;
        }

        if (system.ValueKind is not JsonValueKind.Array)
        {
            return _checks.Fail("system", "Input should be a valid string or list");
        }

        var index = 0;
        foreach (var block in system.EnumerateArray())
        {
            var path = $"system.{index++}";
            if (!_checks.HasOnly(block, path, "type", "text", "cache_control", "citations")
                || !_checks.Has(block, path, "type", out var type)
                || !_checks.IsOneOf(type, $"{path}.type", out _, "text")
                || !_checks.Has(block, path, "text", out var text)
                || !_checks.IsText(text, $"{path}.text", out var words)
                || (words is "" && !_checks.Fail("system", "text content blocks must be non-empty"))
                || !_checks.MayCache(block, path, ref _cacheMarks))
            {
                return false;
            }

            Count(text);
        }

        return true;
    }

    private bool ReadTools(JsonElement root)
    {
        var reader = new ToolReader(_checks, _request);
        if (!reader.Read(root, ref _cacheMarks, out _forced))
        {
            return false;
        }

        return !_forced || !_thinking || _checks.Fail("tool_choice", "Thinking may not be enabled when tool_choice forces tool use");
    }

    private bool ReadMessages(JsonElement root) =>
        _checks.Has(root, "", "messages", out var messages)
        && _checks.IsArray(messages, "messages")
        && new TurnReader(_checks, _request, _thinking).Read(messages, ref _cacheMarks);

    private void Count(JsonElement text) => _request.PromptTokens += TextTokens.Count(JsonMarshal.GetRawUtf8Value(text)[1..^1]);

    // The models whose documentation says so.
    [GeneratedRegex("^claude-(opus-4-1|(opus|sonnet|haiku)-4-[5-9])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WantsOneOfTwo();
}
