namespace Gateway.Simulator.Azure;

/// <summary>The verdicts of Azure's content filter, which it adds to OpenAI's answers: nothing found.</summary>
internal static class ContentFilter
{
    /// <summary>On the prompt.</summary>
    public static ReadOnlySpan<byte> OfPrompt =>
        """
        "prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false}}}]
        """u8;

    /// <summary>On the content of a choice.</summary>
    public static ReadOnlySpan<byte> OfChoice =>
        """
        "content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}
        """u8;

    /// <summary>On a chunk without content.</summary>
    public static ReadOnlySpan<byte> OfNothing => "\"content_filter_results\":{}"u8;
}
