using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Images;

namespace Gateway.Simulator.Gemini;

/// <summary>Reads parts and counts their tokens: texts, images and documents.</summary>
internal sealed class PartReader(Fields fields, GenerateRequest request, string? resolution)
{
    // What the documentation offers to those who have no signature of the model's own.
    private const string NoSignature = "skip_thought_signature_validator";

    private static readonly string[] Data =
        ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

    /// <summary>Reads the parts of one content.</summary>
    /// <param name="parts">One part or a list.</param>
    /// <param name="path">Of the content.</param>
    /// <param name="isQuestion">The last text here may be the question.</param>
    /// <param name="turn">What was found of calls and responses.</param>
    public bool Read(JsonElement parts, string path, bool isQuestion, out Turn turn)
    {
        turn = default;
        var index = 0;
        foreach (var part in Fields.Each(parts))
        {
            if (!ReadPart(part, parts, $"{path}.parts[{index++}]", isQuestion, ref turn))
            {
                return false;
            }
        }

        return index > 0 || fields.Fail($"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.");
    }

    private bool ReadPart(JsonElement part, JsonElement parts, string path, bool isQuestion, ref Turn turn)
    {
        if (!fields.HasOnly(part, path, [.. Data, "thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata"])
            || !fields.MayBeFlag(part, "thought", path, out var thought)
            || !ReadSignature(part, path, out var signed))
        {
            return false;
        }

        string? kind = null;
        JsonElement data = default;
        foreach (var name in Data)
        {
            if (!Fields.TryGet(part, name, out var value))
            {
                continue;
            }

            if (kind is not null)
            {
                return fields.Fail(path, $"Invalid value at '{path}' (oneof), oneof field 'data' is already set. Cannot set '{name}'");
            }

            (kind, data) = (name, value);
        }

        switch (kind)
        {
            case null:
                return fields.Fail($"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one initialized field");
            case "text":
                return ReadText(data, parts, $"{path}.text", isQuestion && !thought);
            case "inlineData":
                return ReadInline(data, $"{path}.inline_data");
            case "fileData":
                return ReadFile(data, $"{path}.file_data");
            case "functionCall":
                turn = turn with { Calls = turn.Calls + 1, SignsFirstCall = turn.Calls == 0 ? signed : turn.SignsFirstCall };
                return ReadCall(data, $"{path}.function_call", "args", isRequired: false);
            case "functionResponse":
                turn = turn with { Responses = turn.Responses + 1 };
                return ReadCall(data, $"{path}.function_response", "response", isRequired: true);
            default:
                return true;
        }
    }

    private bool ReadSignature(JsonElement part, string path, out bool signed)
    {
        if (!fields.MayBeText(part, "thoughtSignature", path, out var signature))
        {
            signed = false;
            return false;
        }

        signed = signature is { Length: > 0 };
        return !signed || signature is NoSignature || ThoughtSignature.IsGenuine(signature!) // Not empty: see above.
            || fields.Fail("Thought signature is not valid.");
    }

    private bool ReadText(JsonElement text, JsonElement parts, string path, bool isQuestion)
    {
        if (text.ValueKind is not JsonValueKind.String)
        {
            return fields.IsWrong(text, path, "TYPE_STRING");
        }

        _ = text.GetString(); // Refuses what is no Unicode.
        var raw = JsonMarshal.GetRawUtf8Value(text);
        request.PromptTokens += TextTokens.Count(raw[1..^1]);
        if (isQuestion)
        {
            request.LastUserParts = parts;
            request.Question = Quote.Read(raw);
        }

        return true;
    }

    private bool ReadInline(JsonElement inline, string path)
    {
        if (!fields.HasOnly(inline, path, "mimeType", "data", "displayName")
            || !fields.MayBeText(inline, "mimeType", path, out var type))
        {
            return false;
        }

        if (!Fields.TryGet(inline, "data", out var data) || data.ValueKind is not JsonValueKind.String)
        {
            return fields.Fail($"{path}.data", $"Invalid value at '{path}.data' (TYPE_BYTES): it is missing or no string");
        }

        var base64 = JsonMarshal.GetRawUtf8Value(data)[1..^1];
        if (base64.Contains((byte)'\\'))
        {
            // Some encoders escape every slash.
            base64 = Encoding.UTF8.GetBytes(data.GetString()!); // A string's text is never null.
        }

        if (!Base64.IsValid(base64) && !Base64Url.IsValid(base64))
        {
            return fields.Fail($"{path}.data", $"Invalid value at '{path}.data' (TYPE_BYTES), Base64 decoding failed");
        }

        return type switch
        {
            "image/png" or "image/jpeg" or "image/webp" or "image/heic" or "image/heif" => TakeImage(base64, type),
            "application/pdf" or "text/plain" => TakeTokens(GeminiCount.Tokens(null)),
            { } other when other.StartsWith("audio/", StringComparison.Ordinal) || other.StartsWith("video/", StringComparison.Ordinal) =>
                TakeTokens(GeminiCount.Tokens(null)),
            _ => fields.Fail($"Unsupported MIME type: {type}"),
        };
    }

    private bool TakeImage(ReadOnlySpan<byte> base64, string type)
    {
        var size = Base64Image.ReadSize(base64);
        if (size is null && type is not ("image/heic" or "image/heif"))
        {
            return fields.Fail("Unable to process input image.");
        }

        request.Images++;
        var tokens = resolution switch
        {
            "MEDIA_RESOLUTION_LOW" => 64,
            "MEDIA_RESOLUTION_MEDIUM" => 256,
            _ => GeminiCount.Tokens(size),
        };
        request.ImageTokens += tokens;
        return TakeTokens(tokens);
    }

    private bool TakeTokens(long tokens)
    {
        request.PromptTokens += tokens;
        return true;
    }

    private bool ReadFile(JsonElement file, string path)
    {
        if (!fields.HasOnly(file, path, "mimeType", "fileUri", "displayName")
            || !fields.MayBeText(file, "mimeType", path, out var type)
            || !fields.MayBeText(file, "fileUri", path, out var uri))
        {
            return false;
        }

        if (uri is not { Length: > 0 })
        {
            return fields.Fail($"* GenerateContentRequest.{path}.file_uri: must not be empty.");
        }

        request.Images += type?.StartsWith("image/", StringComparison.Ordinal) == true ? 1 : 0;
        return TakeTokens(GeminiCount.Tokens(null));
    }

    private bool ReadCall(JsonElement call, string path, string payload, bool isRequired)
    {
        if (!fields.HasOnly(call, path, "id", "name", payload, "willContinue", "scheduling", "parts", "partialArgs")
            || !fields.MayBeText(call, "id", path, out _)
            || !fields.MayBeText(call, "name", path, out var name))
        {
            return false;
        }

        if (name is not { Length: > 0 })
        {
            return fields.Fail($"* GenerateContentRequest.{path}.name: Name cannot be empty.");
        }

        return Fields.TryGet(call, payload, out var value)
            ? value.ValueKind is JsonValueKind.Object || fields.IsWrong(value, $"{path}.{payload}", "type.googleapis.com/google.protobuf.Struct")
            : !isRequired || fields.Fail($"* GenerateContentRequest.{path}.{payload}: must be set.");
    }
}
