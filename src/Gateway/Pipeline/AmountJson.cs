namespace Gateway.Pipeline;

/// <param name="Value">A JSON number, as OpenAI has it; exact to the nano-dollar.</param>
/// <param name="Currency"><c>usd</c>.</param>
internal sealed record AmountJson(decimal Value, string Currency);
