using System.Buffers;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Messages;

/// <summary>Usage in Anthropic's form: <c>input_tokens</c> are without those read from a cache or written to one.</summary>
internal static class MessagesUsage
{
    /// <summary>Writes the value of <c>usage</c>. What is no number of tokens is written as none; whether it is billed is not decided here.</summary>
    public static void Write(in Usage usage, IBufferWriter<byte> output)
    {
        var (prompt, cached, written) = (Math.Max(usage.PromptTokens, 0), Math.Max(usage.CachedTokens, 0), Math.Max(usage.CacheWriteTokens, 0));
        cached = Math.Min(cached, prompt);
        written = Math.Min(written, prompt - cached);
        output.Write("{\"input_tokens\":"u8);
        JsonBytes.Write(output, prompt - cached - written);
        output.Write(",\"cache_creation_input_tokens\":"u8);
        JsonBytes.Write(output, written);
        output.Write(",\"cache_read_input_tokens\":"u8);
        JsonBytes.Write(output, cached);
        output.Write(",\"output_tokens\":"u8);
        JsonBytes.Write(output, Math.Max(usage.CompletionTokens, 0));
        if (usage.ImageInputTokens > 0)
        {
            output.Write(",\"input_tokens_details\":{\"image_tokens\":"u8);
            JsonBytes.Write(output, usage.ImageInputTokens);
            output.Write("}"u8);
        }

        if (usage.ReasoningTokens > 0)
        {
            output.Write(",\"output_tokens_details\":{\"thinking_tokens\":"u8);
            JsonBytes.Write(output, usage.ReasoningTokens);
            output.Write("}"u8);
        }

        output.Write("}"u8);
    }
}
