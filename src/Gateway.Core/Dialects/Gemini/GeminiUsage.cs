using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
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
            PromptTokens = Sum(prompt, tools),
            CachedTokens = cached,
            AudioInputTokens = inputs.Audio,
            ImageInputTokens = inputs.Image,
            CompletionTokens = Sum(candidates, thoughts),
            ReasoningTokens = thoughts,
            AudioOutputTokens = outputs.Audio,
            ImageOutputTokens = outputs.Image,
        };
        return true;
    }

    /// <summary>Writes the value of <c>usage</c>.</summary>
    public static void Write(IBufferWriter<byte> output, in Usage usage)
    {
        output.Write("{\"prompt_tokens\":"u8);
        Number(output, usage.PromptTokens);
        output.Write(",\"completion_tokens\":"u8);
        Number(output, usage.CompletionTokens);
        output.Write(",\"total_tokens\":"u8);
        Number(output, Sum(usage.PromptTokens, usage.CompletionTokens));
        output.Write(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        Number(output, usage.CachedTokens);
        output.Write(",\"audio_tokens\":"u8);
        Number(output, usage.AudioInputTokens);
        output.Write(",\"image_tokens\":"u8);
        Number(output, usage.ImageInputTokens);
        output.Write("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        Number(output, usage.ReasoningTokens);
        output.Write(",\"audio_tokens\":"u8);
        Number(output, usage.AudioOutputTokens);
        output.Write(",\"image_tokens\":"u8);
        Number(output, usage.ImageOutputTokens);
        output.Write("}}"u8);
    }

    public static void Number(IBufferWriter<byte> output, long number)
    {
        var span = output.GetSpan(LongestNumber);
        Utf8Formatter.TryFormat(number, span, out var written);
        output.Advance(written);
    }

    /// <summary>What is wrong in one of them stays wrong in the sum.</summary>
    private static long Sum(long left, long right) =>
        left < 0 || right < 0 ? Math.Min(left, right) : (long)Int128.Min((Int128)left + right, long.MaxValue);

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

            details = new Details(Sum(details.Image, image ? tokens : 0), Sum(details.Audio, audio ? tokens : 0));
        }

        return details;
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return 0;
            case JsonTokenType.Number when reader.TryGetInt64(out var count):
                return count;
            case JsonTokenType.Number when reader.TryGetDouble(out var large) && Math.Abs(large) >= long.MaxValue:
                return large > 0 ? long.MaxValue : long.MinValue;
            default:
                reader.Skip();
                return UsageReader.NoNumber;
        }
    }

    private readonly record struct Details(long Image, long Audio);
}
