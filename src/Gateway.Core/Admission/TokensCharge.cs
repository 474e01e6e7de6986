namespace Gateway.Core.Admission;

/// <summary>How many tokens a request is charged at admission; the catalog's <c>limits.tokens_charge</c>.</summary>
public enum TokensCharge
{
    /// <summary>Estimated prompt + allowed completion x n.</summary>
    Sum,

    /// <summary>The larger of the two: OpenAI's documented rule.</summary>
    Max,
}
