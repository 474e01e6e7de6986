using Gateway.Simulator.Answers;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>The usage object of a chat answer.</summary>
internal static class Usage
{
    public static void Write(TokenCounts counts, Utf8Buffer to)
    {
        to.Raw("{\"prompt_tokens\":"u8);
        to.Number(counts.Prompt);
        to.Raw(",\"completion_tokens\":"u8);
        to.Number(counts.Completion);
        to.Raw(",\"total_tokens\":"u8);
        to.Number(counts.Prompt + counts.Completion);
        to.Raw(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        to.Number(counts.Cached);
        to.Raw(",\"audio_tokens\":0"u8);
        if (counts.Written is { } written)
        {
            to.Raw(",\"cache_write_tokens\":"u8);
            to.Number(written);
        }

        if (counts.Image is { } image)
        {
            to.Raw(",\"image_tokens\":"u8);
            to.Number(image);
        }

        to.Raw("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        to.Number(counts.Reasoning);
        to.Raw(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}"u8);
    }
}
