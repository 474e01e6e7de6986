using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// <c>usageMetadata</c> in OpenAI's meaning (ai.google.dev/api/generate-content, UsageMetadata): the prompt is <c>promptTokenCount</c>, with
/// what was cached of it, and what tools put into it; the completion is the candidates and, apart from them, the thoughts. Tokens of pictures
/// and sound are those of the details by modality. What is no whole number reads as in <see cref="UsageReader"/>.
/// </summary>
internal static class GeminiUsage
{
    private const int LongestNumber = 20;

    /// <param name="reader">On the value of <c>usageMetadata</c>; afterwards on its last token.</param>
    /// <param name="usage">What it says, not judged.</param>
    /// <returns>False where it is no object.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out Usage usage)
    {
        usage = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var (prompt, tools, candidates, thoughts, cached) = (0L, 0L, 0L, 0L, 0L);
        var (inputs, outputs) = (default(Details), default(Details));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("promptTokenCount"u8))
            {
                prompt = Count(ref reader);
            }
            else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                tools = Count(ref reader);
            }
            else if (reader.ValueTextEquals("candidatesTokenCount"u8))
            {
                candidates = Count(ref reader);
            }
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
            {
                thoughts = Count(ref reader);
            }
            else if (reader.ValueTextEquals("cachedContentTokenCount"u8))
            {
                cached = Count(ref reader);
            }
            else if (reader.ValueTextEquals("promptTokensDetails"u8))
            {
                inputs = ReadDetails(ref reader);
            }
            else if (reader.ValueTextEquals("candidatesTokensDetails"u8))
            {
                outputs = ReadDetails(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        usage = new Usage
        {
            PromptTokens = OpenAiUsage.Sum(prompt, tools),
            CachedTokens = cached,
            AudioInputTokens = inputs.Audio,
            ImageInputTokens = inputs.Image,
            CompletionTokens = OpenAiUsage.Sum(candidates, thoughts),
            ReasoningTokens = thoughts,
            AudioOutputTokens = outputs.Audio,
            ImageOutputTokens = outputs.Image,
        };
        return true;
    }

    private static Details ReadDetails(ref Utf8JsonReader reader)
    {
        var details = default(Details);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return details;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var (tokens, image, audio) = (0L, false, false);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("tokenCount"u8))
                {
                    tokens = Count(ref reader);
                }
                else if (reader.ValueTextEquals("modality"u8))
                {
                    reader.Read();
                    image = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("IMAGE"u8);
                    audio = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("AUDIO"u8);
                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }

            details = new Details(OpenAiUsage.Sum(details.Image, image ? tokens : 0), OpenAiUsage.Sum(details.Audio, audio ? tokens : 0));
        }

        return details;
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        return UsageReader.ReadCount(ref reader);
    }

    private readonly record struct Details(long Image, long Audio);
}
