namespace Gateway.Simulator.OpenAi;

/// <summary>A response that can be asked for later, and built on.</summary>
/// <param name="Json">As it was answered.</param>
/// <param name="Items">The input's items, as JSON.</param>
/// <param name="Tokens">All of its tokens: what a request weighs more that builds on it.</param>
internal sealed record StoredResponse(byte[] Json, IReadOnlyList<string> Items, long Tokens);
