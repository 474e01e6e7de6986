namespace Gateway.Core.Pricing;

/// <summary>Exact tokens of text, where it was asked for and there was a tokenizer; null where there was not.</summary>
/// <param name="Prompt">Of the request's text, the message overhead included.</param>
/// <param name="Received">Of the answer's text.</param>
public readonly record struct CountedText(long? Prompt, long? Received);
