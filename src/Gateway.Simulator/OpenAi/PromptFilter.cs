namespace Gateway.Simulator.OpenAi;

/// <summary>Azure's verdict on the prompt, which it adds to OpenAI's answers.</summary>
internal static class PromptFilter
{
    public static ReadOnlySpan<byte> Results =>
        """
        "prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false}}}]
        """u8;
}
