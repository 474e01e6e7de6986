using System.Text.Json;
using Gateway.Core.Errors;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// <c>reasoning_effort</c> as a <c>thinkingConfig</c>, by the table of Google's own OpenAI-compatible endpoint
/// (ai.google.dev/gemini-api/docs/openai, "Thinking"): a level, or for models before the third generation a budget of tokens. Efforts beyond
/// <c>high</c> are its highest. Whoever asks for an effort also gets the summaries of the thoughts.
/// </summary>
internal static class GeminiRequestThinking
{
    private const string Path = "reasoning_effort";

    public static GatewayError? Write(GeminiRequestBody output, ReadOnlyMemory<byte> effort, string model)
    {
        if (GeminiRequestJson.KindOf(effort.Span) != JsonTokenType.String)
        {
            return GatewayError.InvalidType(Path, "a string", Requests.JsonKind.Describe(GeminiRequestJson.KindOf(effort.Span)));
        }

        var byLevel = GeminiModelName.ThinksByLevel(model);
        if (GeminiRequestJson.Is(effort, "none"))
        {
            if (byLevel)
            {
                return GatewayError.InvalidValue(Path, "this model always thinks. Supported values are: 'minimal', 'low', 'medium' and 'high'.");
            }

            output.Write("\"thinkingConfig\":{\"thinkingBudget\":0}"u8);
            return null;
        }

        var rank = GeminiRequestJson.Is(effort, "minimal") ? 0
            : GeminiRequestJson.Is(effort, "low") ? 1
            : GeminiRequestJson.Is(effort, "medium") ? 2
            : GeminiRequestJson.Is(effort, "high") || GeminiRequestJson.Is(effort, "xhigh") || GeminiRequestJson.Is(effort, "max") ? 3
            : -1;
        if (rank < 0)
        {
            return GatewayError.InvalidValue(Path, "expected one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.");
        }

        output.Write("\"thinkingConfig\":{\"includeThoughts\":true,"u8);
        output.Write(byLevel ? "\"thinkingLevel\":"u8 : "\"thinkingBudget\":"u8);
        output.Write((byLevel, rank) switch
        {
            (true, 0) when !GeminiModelName.IsPro(model) => "\"minimal\"}"u8,
            (true, 0 or 1) => "\"low\"}"u8,
            (true, 2) => "\"medium\"}"u8,
            (true, _) => "\"high\"}"u8,
            (_, 0 or 1) => "1024}"u8,
            (_, 2) => "8192}"u8,
            _ => "24576}"u8,
        });
        return null;
    }
}
