using System.Text.Json;

namespace Gateway.Core.Streaming;

/// <summary>
/// Reads a <c>usage</c> object in OpenAI's form. Details may be absent or null. Numbers that are negative, fractional or beyond
/// <see cref="Most"/>, and a prompt of zero tokens, make the whole of it unbelievable: then there is no usage.
/// </summary>
public static class UsageReader
{
    /// <summary>More tokens than any model reads or writes in one answer.</summary>
    public const long Most = 1_000_000_000;

    /// <param name="reader">On the value of <c>usage</c>; afterwards on its last token.</param>
    /// <param name="usage">What it says.</param>
    public static bool TryRead(ref Utf8JsonReader reader, out Usage usage)
    {
        usage = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var read = default(Usage);
        var believable = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
            {
                read = read with { PromptTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("completion_tokens"u8))
            {
                read = read with { CompletionTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
            {
                ReadPromptDetails(ref reader, ref read, ref believable);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8))
            {
                ReadCompletionDetails(ref reader, ref read, ref believable);
            }
            else
            {
                reader.Skip();
            }
        }

        usage = read;
        return believable && read.PromptTokens > 0;
    }

    private static void ReadPromptDetails(ref Utf8JsonReader reader, ref Usage usage, ref bool believable)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                usage = usage with { CachedTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("cache_write_tokens"u8))
            {
                usage = usage with { CacheWriteTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                usage = usage with { AudioInputTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                usage = usage with { ImageInputTokens = Count(ref reader, ref believable) };
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadCompletionDetails(ref Utf8JsonReader reader, ref Usage usage, ref bool believable)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                usage = usage with { ReasoningTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                usage = usage with { AudioOutputTokens = Count(ref reader, ref believable) };
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                usage = usage with { ImageOutputTokens = Count(ref reader, ref believable) };
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static long Count(ref Utf8JsonReader reader, ref bool believable)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return 0;
        }

        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count is >= 0 and <= Most)
        {
            return count;
        }

        reader.Skip();
        believable = false;
        return 0;
    }
}
