using System.Text.Json;

namespace Gateway.Simulator.Anthropic;

/// <summary>
/// Reads the messages of a request and checks what they are to each other: who begins, that every call of a tool has its
/// result at the beginning of the very next turn, and that no result is without its call.
/// </summary>
internal sealed class TurnReader(Checks checks, MessageRequest request, bool thinking)
{
    private readonly List<Turn> _turns = [];

    /// <summary>Reads <c>messages</c>.</summary>
    /// <param name="messages">A list.</param>
    /// <param name="cacheMarks">Grows by the blocks marked for the cache.</param>
    public bool Read(JsonElement messages, ref int cacheMarks)
    {
        var count = messages.GetArrayLength();
        if (count == 0)
        {
            return checks.Fail("messages", "at least one message is required");
        }

        var blocks = new BlockReader(checks, request);
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (!ReadMessage(message, index, blocks, last: index == count - 1, ref cacheMarks))
            {
                return false;
            }

            index++;
        }

        return blocks.CheckImages() && CheckPairs() && CheckThinking();
    }

    private bool ReadMessage(JsonElement message, int index, BlockReader blocks, bool last, ref int cacheMarks)
    {
        var path = $"messages.{index}";
        if (!checks.HasOnly(message, path, "role", "content")
            || !checks.Has(message, path, "role", out var role)
            || !checks.IsOneOf(role, $"{path}.role", out var name, "user", "assistant")
            || !checks.Has(message, path, "content", out var content))
        {
            return false;
        }

        var fromUser = name is "user";
        if (_turns.Count == 0 && !fromUser)
        {
            return checks.Fail("messages", "first message must use the \"user\" role");
        }

        if (_turns.Count == 0 || _turns[^1].FromUser != fromUser)
        {
            _turns.Add(new Turn(fromUser, index));
        }

        return blocks.ReadContent(content, _turns[^1], path, mayBeEmpty: last && !fromUser, ref cacheMarks)
            && (!last || fromUser || CheckPrefill(content));
    }

    private bool CheckPrefill(JsonElement content)
    {
        var end = content.ValueKind is JsonValueKind.Array && content.GetArrayLength() > 0
            && content[content.GetArrayLength() - 1].TryGetProperty("text", out var text)
                ? text
                : content;
        return end.ValueKind is not JsonValueKind.String
            || end.GetString() is not { Length: > 0 } words
            || !char.IsWhiteSpace(words[^1])
            || checks.Fail("messages", "final assistant content cannot end with trailing whitespace");
    }

    private bool CheckPairs()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _turns.Count; i++)
        {
            var turn = _turns[i];
            var next = i + 1 < _turns.Count ? _turns[i + 1] : null;
            foreach (var call in turn.Calls)
            {
                if (!seen.Add(call))
                {
                    return checks.Fail($"messages.{turn.Index}", "`tool_use` ids must be unique");
                }

                var results = next?.Results.Count(result => result.Id == call) ?? 0;
                if (results != 1 || next is { HasLateResult: true })
                {
                    return checks.Fail(
                        $"messages.{turn.Index}",
                        results > 1
                            ? $"each tool_use must have a single result; there are {results} `tool_result` blocks with id: {call}"
                            : $"`tool_use` ids were found without `tool_result` blocks immediately after: {call}");
                }
            }

            if (!CheckResults(turn, i > 0 ? _turns[i - 1] : null))
            {
                return false;
            }
        }

        return true;
    }

    private bool CheckResults(Turn turn, Turn? before)
    {
        foreach (var (id, path) in turn.Results)
        {
            if (before is null || !before.Calls.Contains(id))
            {
                return checks.Fail(path, $"unexpected `tool_use_id` found in `tool_result` blocks: {id}; no `tool_use` block in the previous message has it");
            }
        }

        return true;
    }

    /// <summary>While a tool's result is being answered, a thinking model wants its own thoughts back first.</summary>
    private bool CheckThinking()
    {
        if (!thinking || _turns is not [.., { FromUser: false } asked, { Results.Count: > 0 }] || asked.FirstBlock is "thinking" or "redacted_thinking")
        {
            return true;
        }

        return checks.Fail(
            $"messages.{asked.Index}.content.0.type",
            $"Expected `thinking` or `redacted_thinking`, but found `{asked.FirstBlock}`: with thinking enabled the assistant's turn must begin with its thinking block");
    }
}
