using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>One candidate of an answer, or of one event of a stream.</summary>
internal struct GeminiAnswerCandidate
{
    /// <summary>Its index as given, else its place in the list.</summary>
    public int Index { get; set; }

    /// <summary>Where its parts begin among those of the answer.</summary>
    public int FirstPart { get; set; }

    public int Parts { get; set; }

    public GeminiAnswerFinish Finish { get; set; }

    /// <summary>The value of <c>logprobsResult</c>; empty where absent.</summary>
    public ByteRange Logprobs { get; set; }
}
