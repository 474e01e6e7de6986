namespace Gateway.Core.Metering;

/// <summary>Tokens of a request's text, counted with the model's own encoding.</summary>
/// <param name="Tokens">All text, the message overhead included; never image tokens.</param>
/// <param name="IsExact">
/// Whether everything in it is counted by a known rule. Where not, what no rule is known for went in as its JSON text (schemas that have no
/// rendering, response formats), or not at all (audio, files).
/// </param>
public readonly record struct PromptCount(long Tokens, bool IsExact);
