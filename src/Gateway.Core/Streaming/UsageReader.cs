using System.Text.Json;

namespace Gateway.Core.Streaming;

/// <summary>
/// Reads a <c>usage</c> object in OpenAI's form, as it stands: whether it can be believed is <see cref="UsageJudge"/>'s to say. Details and
/// numbers may be absent or null, and are zero then. A number too large for a <see cref="long"/> becomes the largest or the smallest one;
/// what is no whole number becomes <see cref="NoNumber"/>.
/// </summary>
public static class UsageReader
{
    /// <summary>In place of a fraction, a text or an object where tokens belong.</summary>
    public const long NoNumber = long.MinValue;

    /// <param name="reader">On the value of <c>usage</c>; afterwards on its last token.</param>
    /// <param name="usage">What it says.</param>
    /// <returns>False where it is no object.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out Usage usage) =>
        TryRead(ref reader, "prompt_tokens"u8, "completion_tokens"u8, "prompt_tokens_details"u8, "completion_tokens_details"u8, out usage);

    /// <summary>As <see cref="TryRead(ref Utf8JsonReader, out Usage)"/>, in the names of the Responses API: <c>input_tokens</c>, <c>output_tokens</c> and their details.</summary>
    public static bool TryReadResponses(ref Utf8JsonReader reader, out Usage usage) =>
        TryRead(ref reader, "input_tokens"u8, "output_tokens"u8, "input_tokens_details"u8, "output_tokens_details"u8, out usage);

    private static bool TryRead(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> prompt,
        ReadOnlySpan<byte> completion,
        ReadOnlySpan<byte> promptDetails,
        ReadOnlySpan<byte> completionDetails,
        out Usage usage)
    {
        usage = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var read = default(Usage);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(prompt))
            {
                read = read with { PromptTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals(completion))
            {
                read = read with { CompletionTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals(promptDetails))
            {
                ReadPromptDetails(ref reader, ref read);
            }
            else if (reader.ValueTextEquals(completionDetails))
            {
                ReadCompletionDetails(ref reader, ref read);
            }
            else
            {
                reader.Skip();
            }
        }

        usage = read;
        return true;
    }

    private static void ReadPromptDetails(ref Utf8JsonReader reader, ref Usage usage)
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
                usage = usage with { CachedTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals("cache_write_tokens"u8))
            {
                usage = usage with { CacheWriteTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                usage = usage with { AudioInputTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                usage = usage with { ImageInputTokens = ReadCountBehind(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadCompletionDetails(ref Utf8JsonReader reader, ref Usage usage)
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
                usage = usage with { ReasoningTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                usage = usage with { AudioOutputTokens = ReadCountBehind(ref reader) };
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                usage = usage with { ImageOutputTokens = ReadCountBehind(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>A number of tokens: 0 for null, the largest or smallest there is for one beyond 64 bits, <see cref="NoNumber"/> for anything else.</summary>
    /// <param name="reader">On the value; afterwards on its last token.</param>
    internal static long ReadCount(ref Utf8JsonReader reader)
    {
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
                return NoNumber;
        }
    }

    private static long ReadCountBehind(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ReadCount(ref reader);
    }
}
