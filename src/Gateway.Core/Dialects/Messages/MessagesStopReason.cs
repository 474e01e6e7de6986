namespace Gateway.Core.Dialects.Messages;

/// <summary>Why an answer ended, in Anthropic's words.</summary>
internal static class MessagesStopReason
{
    /// <param name="reason">The inside of the <c>finish_reason</c>.</param>
    /// <param name="calls">Whether the answer calls tools: a call that was asked for by name ends with <c>stop</c>.</param>
    /// <param name="refuses">Whether it is a refusal in words.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> reason, bool calls, bool refuses) =>
        reason.SequenceEqual("length"u8) ? "max_tokens"u8
        : reason.SequenceEqual("content_filter"u8) || refuses ? "refusal"u8
        : calls ? "tool_use"u8
        : "end_turn"u8;
}
