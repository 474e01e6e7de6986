namespace Gateway.Core.Dialects.Gemini;

/// <summary>Why a candidate ended, as far as OpenAI tells reasons apart.</summary>
internal enum GeminiAnswerFinish
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>By itself, or by a call that the model did not get right.</summary>
    Stop,

    Length,

    /// <summary>Something held it back.</summary>
    Filtered,
}
