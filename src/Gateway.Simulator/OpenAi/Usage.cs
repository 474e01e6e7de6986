using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi;

/// <summary>The usage object of a chat answer.</summary>
internal readonly record struct Usage(long Prompt, long Cached, long? Image, long Completion, long Reasoning)
{
    /// <summary>The usage of one answer.</summary>
    /// <param name="behavior">May put other numbers in place of those counted.</param>
    /// <param name="prompt">Prompt tokens as estimated.</param>
    /// <param name="emitted">Tokens sent, over all choices.</param>
    public static Usage Of(Behavior behavior, long prompt, long emitted)
    {
        if (behavior.Usage is UsageReport.Zero)
        {
            return default;
        }

        var reasoning = behavior.ReasoningTokens ?? 0;
        return new Usage(
            behavior.PromptTokens ?? prompt,
            behavior.CachedTokens ?? 0,
            behavior.ImageTokens,
            behavior.CompletionTokens ?? emitted + reasoning,
            reasoning);
    }

    public void Write(Utf8Buffer to)
    {
        to.Raw("{\"prompt_tokens\":"u8);
        to.Number(Prompt);
        to.Raw(",\"completion_tokens\":"u8);
        to.Number(Completion);
        to.Raw(",\"total_tokens\":"u8);
        to.Number(Prompt + Completion);
        to.Raw(",\"prompt_tokens_details\":{\"cached_tokens\":"u8);
        to.Number(Cached);
        to.Raw(",\"audio_tokens\":0"u8);
        if (Image is { } image)
        {
            to.Raw(",\"image_tokens\":"u8);
            to.Number(image);
        }

        to.Raw("},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
        to.Number(Reasoning);
        to.Raw(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}"u8);
    }
}
