namespace Gateway.Core.Dialects.Anthropic;

/// <summary>Why an answer ended, in OpenAI's words.</summary>
internal static class AnthropicStopReason
{
    /// <param name="reason">The inside of the <c>stop_reason</c>.</param>
    /// <returns>The <c>finish_reason</c>; <c>stop</c> for an end of the model's own, a pause, and what is not known.</returns>
    public static ReadOnlySpan<byte> ToFinishReason(ReadOnlySpan<byte> reason)
    {
        if (reason.SequenceEqual("tool_use"u8))
        {
            return "tool_calls"u8;
        }

        if (reason.SequenceEqual("max_tokens"u8) || reason.SequenceEqual("model_context_window_exceeded"u8))
        {
            return "length"u8;
        }

        return reason.SequenceEqual("refusal"u8) ? "content_filter"u8 : "stop"u8;
    }
}
