using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Anthropic;

/// <summary>The usage object of a message. Its input tokens leave out what was read from and written to the cache.</summary>
internal static class Usage
{
    /// <param name="counts">What is reported.</param>
    /// <param name="whole">With what only a whole message tells, and not the delta that ends a stream.</param>
    /// <param name="to">Where to.</param>
    public static void Write(TokenCounts counts, bool whole, Utf8Buffer to)
    {
        var written = counts.Written ?? 0;
        to.Raw("{\"input_tokens\":"u8);
        to.Number(counts.Prompt < 0 ? counts.Prompt : Math.Max(0, counts.Prompt - counts.Cached - written));
        to.Raw(",\"cache_creation_input_tokens\":"u8);
        to.Number(written);
        to.Raw(",\"cache_read_input_tokens\":"u8);
        to.Number(counts.Cached);
        to.Raw(",\"output_tokens\":"u8);
        to.Number(counts.Completion);
        if (counts.Reasoning != 0)
        {
            to.Raw(",\"output_tokens_details\":{\"thinking_tokens\":"u8);
            to.Number(counts.Reasoning);
            to.Raw("}"u8);
        }

        if (whole)
        {
            to.Raw(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":"u8);
            to.Number(written);
            to.Raw(",\"ephemeral_1h_input_tokens\":0},\"service_tier\":\"standard\""u8);
        }

        to.Raw("}"u8);
    }
}
