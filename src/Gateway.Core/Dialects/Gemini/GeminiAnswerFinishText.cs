using System.Text.Json;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Finish reasons, read as the API writes them and written as OpenAI does.</summary>
internal static class GeminiAnswerFinishText
{
    /// <param name="reader">On the value of <c>finishReason</c>.</param>
    public static GeminiAnswerFinish Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty || reader.ValueTextEquals("FINISH_REASON_UNSPECIFIED"u8))
        {
            return GeminiAnswerFinish.None;
        }

        if (reader.ValueTextEquals("MAX_TOKENS"u8))
        {
            return GeminiAnswerFinish.Length;
        }

        return reader.ValueTextEquals("SAFETY"u8)
            || reader.ValueTextEquals("RECITATION"u8)
            || reader.ValueTextEquals("LANGUAGE"u8)
            || reader.ValueTextEquals("BLOCKLIST"u8)
            || reader.ValueTextEquals("PROHIBITED_CONTENT"u8)
            || reader.ValueTextEquals("SPII"u8)
            || reader.ValueTextEquals("NO_IMAGE"u8)
            || reader.ValueTextEquals("OTHER"u8)
            || reader.ValueSpan.StartsWith("IMAGE_"u8)
                ? GeminiAnswerFinish.Filtered
                : GeminiAnswerFinish.Stop;
    }

    /// <summary>The value of <c>finish_reason</c>, quotes included.</summary>
    public static ReadOnlySpan<byte> Of(GeminiAnswerFinish finish, bool called) => finish switch
    {
        GeminiAnswerFinish.None => "null"u8,
        GeminiAnswerFinish.Length => "\"length\""u8,
        GeminiAnswerFinish.Filtered => "\"content_filter\""u8,
        _ => called ? "\"tool_calls\""u8 : "\"stop\""u8,
    };
}
