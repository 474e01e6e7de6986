using System.Text.Json;

namespace Gateway.Core.Streaming;

/// <summary>
/// Reads the <c>usage</c> of an answer about images or audio: tokens by <c>input_tokens</c> and <c>output_tokens</c>, or <c>{"type":"duration","seconds"}</c>. Numbers
/// as <see cref="UsageReader"/> has them; a begun second counts whole.
/// </summary>
public static class MediaUsageReader
{
    // More than any file plays; also keeps the rounding within what a double holds exactly.
    private const double MostSeconds = 1e9;

    /// <param name="reader">On the value of <c>usage</c>; afterwards on its last token.</param>
    /// <param name="usage">What it says; whole outputs are not yet told apart by their kind where it does not do so itself.</param>
    /// <returns>False where it is no object.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out Usage usage)
    {
        usage = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                usage = usage with { PromptTokens = Count(ref reader) };
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                usage = usage with { CompletionTokens = Count(ref reader) };
            }
            else if (reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("input_token_details"u8))
            {
                ReadDetails(ref reader, ref usage, isInput: true);
            }
            else if (reader.ValueTextEquals("output_tokens_details"u8) || reader.ValueTextEquals("output_token_details"u8))
            {
                ReadDetails(ref reader, ref usage, isInput: false);
            }
            else if (reader.ValueTextEquals("seconds"u8))
            {
                usage = usage with { Seconds = Seconds(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }

        return true;
    }

    private static void ReadDetails(ref Utf8JsonReader reader, ref Usage usage, bool isInput)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("image_tokens"u8))
            {
                var tokens = Count(ref reader);
                usage = isInput ? usage with { ImageInputTokens = tokens } : usage with { ImageOutputTokens = tokens };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                var tokens = Count(ref reader);
                usage = isInput ? usage with { AudioInputTokens = tokens } : usage with { AudioOutputTokens = tokens };
            }
            else if (isInput && reader.ValueTextEquals("cached_tokens"u8))
            {
                usage = usage with { CachedTokens = Count(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        return UsageReader.ReadCount(ref reader);
    }

    private static long Seconds(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && !reader.TryGetInt64(out _) && reader.TryGetDouble(out var fraction) && fraction is >= 0 and <= MostSeconds)
        {
            return (long)Math.Ceiling(fraction);
        }

        return UsageReader.ReadCount(ref reader);
    }
}
