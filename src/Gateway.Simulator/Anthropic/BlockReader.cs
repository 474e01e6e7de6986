using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Anthropic;

/// <summary>Reads the content of messages block by block, and counts its tokens: texts, images, and both in results of tools.</summary>
internal sealed partial class BlockReader(Checks checks, MessageRequest request)
{
    private readonly ImageReader _images = new(checks, request);

    /// <summary>What is wrong with the images taken together.</summary>
    public bool CheckImages() => _images.CheckAll();

    /// <summary>Reads the content of one message.</summary>
    /// <param name="content">A string or a list of blocks.</param>
    /// <param name="turn">Takes up what is found.</param>
    /// <param name="path">Of the message.</param>
    /// <param name="mayBeEmpty">The answer's own beginning may be empty.</param>
    /// <param name="cacheMarks">Grows by the blocks marked for the cache.</param>
    public bool ReadContent(JsonElement content, Turn turn, string path, bool mayBeEmpty, ref int cacheMarks)
    {
        request.Messages++;
        request.PromptTokens += TextTokens.PerMessage;
        if (content.ValueKind is JsonValueKind.String)
        {
            turn.FirstBlock ??= "text";
            turn.HasOther = true;
            return (mayBeEmpty || CheckText(content, path, whole: true)) && TakeText(content, content, turn);
        }

        if (content.ValueKind is not JsonValueKind.Array)
        {
            return checks.Fail($"{path}.content", "Input should be a valid string or list");
        }

        if (content.GetArrayLength() == 0 && !mayBeEmpty)
        {
            return checks.Fail(path, "all messages must have non-empty content except for the optional final assistant message");
        }

        var index = 0;
        foreach (var block in content.EnumerateArray())
        {
            if (!ReadBlock(block, content, turn, $"{path}.content.{index++}", ref cacheMarks))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadBlock(JsonElement block, JsonElement content, Turn turn, string path, ref int cacheMarks)
    {
        if (!checks.IsObject(block, path)
            || !checks.Has(block, path, "type", out var type)
            || !checks.IsText(type, $"{path}.type", out var kind)
            || !checks.MayCache(block, path, ref cacheMarks))
        {
            return false;
        }

        turn.FirstBlock ??= kind;
        turn.HasOther |= kind is not "tool_result";
        return (kind, turn.FromUser) switch
        {
            ("text", _) => ReadText(block, content, turn, path),
            ("image", true) => _images.Read(block, path),
            ("document", true) => checks.HasOnly(block, path, "type", "source", "title", "context", "citations", "cache_control"),
            ("tool_result", true) => ReadResult(block, turn, path, ref cacheMarks),
            ("tool_use", false) => ReadCall(block, turn, path),
            ("thinking", false) => ReadThoughts(block, path),
            ("redacted_thinking", false) => checks.HasOnly(block, path, "type", "data"),
            ("image" or "document" or "tool_result", false) => checks.Fail(path, $"`{kind}` blocks can only be in `user` messages"),
            ("tool_use" or "thinking" or "redacted_thinking", true) => checks.Fail(path, $"`{kind}` blocks can only be in `assistant` messages"),
            _ => checks.Fail(path, $"Input tag '{kind}' is none of the expected tags"),
        };
    }

    private bool ReadText(JsonElement block, JsonElement content, Turn turn, string path) =>
        checks.HasOnly(block, path, "type", "text", "cache_control", "citations")
        && checks.Has(block, path, "text", out var text)
        && checks.IsText(text, $"{path}.text", out _)
        && CheckText(text, path, whole: false)
        && TakeText(text, content, turn);

    private bool CheckText(JsonElement text, string path, bool whole)
    {
        var words = text.GetString();
        return words is ""
            ? checks.Fail(whole ? path : "messages", whole ? "all messages must have non-empty content except for the optional final assistant message" : "text content blocks must be non-empty")
            : !string.IsNullOrWhiteSpace(words) || checks.Fail("messages", "text content blocks must contain non-whitespace text");
    }

    private bool TakeText(JsonElement text, JsonElement content, Turn turn)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        request.PromptTokens += TextTokens.Count(raw[1..^1]);
        if (turn.FromUser)
        {
            request.LastUserContent = content;
            request.Question = Quote.Read(raw);
        }

        return true;
    }

    private bool ReadCall(JsonElement block, Turn turn, string path)
    {
        if (!checks.HasOnly(block, path, "type", "id", "name", "input", "cache_control", "caller", "toolset_name")
            || !checks.Has(block, path, "id", out var identifier)
            || !checks.IsText(identifier, $"{path}.id", out var id)
            || (!Identifier().IsMatch(id) && !checks.Fail($"{path}.tool_use.id", "String should match pattern '^[a-zA-Z0-9_-]+$'"))
            || !checks.Has(block, path, "name", out var named)
            || !checks.IsText(named, $"{path}.name", out var name)
            || (name.Length is 0 or > 200 && !checks.Fail($"{path}.tool_use.name", "String should have 1 to 200 characters"))
            || !checks.Has(block, path, "input", out var input)
            || !checks.IsObject(input, $"{path}.tool_use.input"))
        {
            return false;
        }

        turn.Calls.Add(id);
        return true;
    }

    private bool ReadResult(JsonElement block, Turn turn, string path, ref int cacheMarks)
    {
        if (!checks.HasOnly(block, path, "type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name")
            || !checks.Has(block, path, "tool_use_id", out var identifier)
            || !checks.IsText(identifier, $"{path}.tool_use_id", out var id)
            || (block.TryGetProperty("is_error", out var failed) && !checks.IsFlag(failed, $"{path}.is_error")))
        {
            return false;
        }

        turn.Results.Add((id, path));
        turn.HasLateResult |= turn.HasOther;
        if (!block.TryGetProperty("content", out var content))
        {
            return true;
        }

        if (content.ValueKind is JsonValueKind.String)
        {
            request.PromptTokens += TextTokens.Count(JsonMarshal.GetRawUtf8Value(content)[1..^1]);
            return true;
        }

        if (!checks.IsArray(content, $"{path}.content"))
        {
            return false;
        }

        var index = 0;
        foreach (var part in content.EnumerateArray())
        {
            if (!ReadResultPart(part, $"{path}.content.{index++}", ref cacheMarks))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadResultPart(JsonElement part, string path, ref int cacheMarks)
    {
        if (!checks.IsObject(part, path)
            || !checks.Has(part, path, "type", out var type)
            || !checks.IsOneOf(type, $"{path}.type", out var kind, "text", "image", "document")
            || !checks.MayCache(part, path, ref cacheMarks))
        {
            return false;
        }

        if (kind is not "text")
        {
            return kind is "document" || _images.Read(part, path);
        }

        if (!checks.HasOnly(part, path, "type", "text", "cache_control", "citations")
            || !checks.Has(part, path, "text", out var text)
            || !checks.IsText(text, $"{path}.text", out _)
            || !CheckText(text, path, whole: false))
        {
            return false;
        }

        request.PromptTokens += TextTokens.Count(JsonMarshal.GetRawUtf8Value(text)[1..^1]);
        return true;
    }

    private bool ReadThoughts(JsonElement block, string path) =>
        checks.HasOnly(block, path, "type", "thinking", "signature")
        && checks.Has(block, path, "thinking", out var thoughts)
        && checks.IsText(thoughts, $"{path}.thinking", out _)
        && checks.Has(block, path, "signature", out var signature)
        && checks.IsText(signature, $"{path}.signature", out var signed)
        && (ThoughtSignature.IsGenuine(signed) || checks.Fail(path, "Invalid `signature` in `thinking` block"));

    [GeneratedRegex("^[a-zA-Z0-9_-]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
