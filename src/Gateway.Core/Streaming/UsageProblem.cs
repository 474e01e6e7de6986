namespace Gateway.Core.Streaming;

/// <summary>Why a provider's usage is not believed.</summary>
public enum UsageProblem
{
    None,

    /// <summary>A number is negative, no whole number, or above <see cref="UsageJudge.Most"/>.</summary>
    OutOfRange,

    /// <summary>The prompt has no tokens, which no prompt has.</summary>
    NoPrompt,

    /// <summary>Far more completion tokens than the request allowed.</summary>
    TooLong,
}
