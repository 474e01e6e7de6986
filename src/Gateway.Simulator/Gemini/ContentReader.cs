using System.Text.Json;
using Gateway.Simulator.Answers;

namespace Gateway.Simulator.Gemini;

/// <summary>Reads the contents of a request, and checks that calls of functions and their responses stand together.</summary>
internal sealed class ContentReader(Fields fields, GenerateRequest request, string? resolution)
{
    private readonly PartReader _parts = new(fields, request, resolution);

    public bool ReadSystem(JsonElement system)
    {
        const string path = "system_instruction";
        request.PromptTokens += TextTokens.PerMessage;
        return fields.HasOnly(system, path, "role", "parts")
            && Fields.TryGet(system, "parts", out var parts)
                ? _parts.Read(parts, path, isQuestion: false, out _)
                : fields.Fail($"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.");
    }

    public bool Read(JsonElement contents)
    {
        var turns = new List<Turn>();
        foreach (var content in Fields.Each(contents))
        {
            if (!ReadContent(content, turns))
            {
                return false;
            }
        }

        if (turns.Count == 0)
        {
            return fields.Fail("* GenerateContentRequest.contents: contents is not specified");
        }

        if (turns is [{ FromModel: true }])
        {
            return fields.Fail("Single turn requests must end with a user role, or leave the role empty.");
        }

        return CheckCalls(turns) && CheckSignatures(turns);
    }

    private bool ReadContent(JsonElement content, List<Turn> turns)
    {
        var path = $"contents[{turns.Count}]";
        if (!fields.HasOnly(content, path, "role", "parts") || !fields.MayBeText(content, "role", path, out var role))
        {
            return false;
        }

        if (role is not (null or "" or "user" or "model" or "function"))
        {
            return fields.Fail("Please use a valid role: user, model.");
        }

        if (!Fields.TryGet(content, "parts", out var parts))
        {
            return fields.Fail($"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.");
        }

        request.Messages++;
        request.PromptTokens += TextTokens.PerMessage;
        var fromModel = role is "model";
        if (!_parts.Read(parts, path, isQuestion: !fromModel, out var turn))
        {
            return false;
        }

        turns.Add(turn with { FromModel = fromModel });
        return true;
    }

    private bool CheckCalls(List<Turn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            var turn = turns[i];
            var before = i > 0 ? turns[i - 1] : default;
            if (turn.Calls > 0 && (i == 0 || before.FromModel))
            {
                return fields.Fail("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
            }

            if (turn.Responses > 0 && before.Calls == 0)
            {
                return fields.Fail("Please ensure that function response turn comes immediately after a function call turn.");
            }

            if (turn.Calls > 0 && turn.Calls != (i + 1 < turns.Count ? turns[i + 1].Responses : 0))
            {
                return fields.Fail("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
            }
        }

        return true;
    }

    /// <summary>The third generation wants the signature of each step since the user last spoke.</summary>
    private bool CheckSignatures(List<Turn> turns)
    {
        var spoke = turns.FindLastIndex(turn => !turn.FromModel && turn.Responses == 0);
        for (var i = spoke + 1; i < turns.Count && request.IsThirdGeneration; i++)
        {
            if (turns[i] is { Calls: > 0, SignsFirstCall: false })
            {
                return fields.Fail($"Function call is missing a thought_signature in functionCall parts, at contents[{i}].");
            }
        }

        return true;
    }
}
