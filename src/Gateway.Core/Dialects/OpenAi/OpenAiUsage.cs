using System.Buffers;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.OpenAi;

/// <summary>Usage in OpenAI's form, for answers that are translated.</summary>
internal static class OpenAiUsage
{
    /// <summary>Writes the value of <c>usage</c>. Details that OpenAI does not know, and kinds of tokens of which there were none, are left out.</summary>
    public static void Write(in Usage usage, IBufferWriter<byte> output)
    {
        output.Write("{\"prompt_tokens\":"u8);
        JsonBytes.Write(output, usage.PromptTokens);
        output.Write(",\"completion_tokens\":"u8);
        JsonBytes.Write(output, usage.CompletionTokens);
        output.Write(",\"total_tokens\":"u8);
        JsonBytes.Write(output, Sum(usage.PromptTokens, usage.CompletionTokens));
        output.Write(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        JsonBytes.Write(output, usage.CachedTokens);
        WriteAny(output, ",\"cache_write_tokens\":"u8, usage.CacheWriteTokens);
        WriteAny(output, ",\"audio_tokens\":"u8, usage.AudioInputTokens);
        WriteAny(output, ",\"image_tokens\":"u8, usage.ImageInputTokens);
        output.Write("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        JsonBytes.Write(output, usage.ReasoningTokens);
        WriteAny(output, ",\"audio_tokens\":"u8, usage.AudioOutputTokens);
        WriteAny(output, ",\"image_tokens\":"u8, usage.ImageOutputTokens);
        output.Write("}}"u8);
    }

    /// <summary>Never beyond 64 bits; a sum of which one is no number of tokens is none.</summary>
    public static long Sum(long left, long right) =>
        left < 0 || right < 0 ? UsageReader.NoNumber : (long)Int128.Min((Int128)left + right, long.MaxValue);

    private static void WriteAny(IBufferWriter<byte> output, ReadOnlySpan<byte> name, long tokens)
    {
        if (tokens != 0)
        {
            output.Write(name);
            JsonBytes.Write(output, tokens);
        }
    }
}
