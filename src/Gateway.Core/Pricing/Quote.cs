namespace Gateway.Core.Pricing;

/// <summary>The most that a request may take, of tokens and of money, before it is sent.</summary>
/// <param name="PromptTokens">Estimated text and exact images.</param>
/// <param name="AllowedCompletion">Completion tokens of one answer, as admission assumes them.</param>
/// <param name="TokensCharged">What the tokens-per-minute limits are charged.</param>
/// <param name="Minimum">What the prompt alone costs.</param>
/// <param name="Ceiling">What the prompt and the longest possible answer cost.</param>
public sealed record Quote(long PromptTokens, long AllowedCompletion, long TokensCharged, Money Minimum, Money Ceiling);
