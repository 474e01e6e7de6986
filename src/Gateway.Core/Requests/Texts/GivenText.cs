namespace Gateway.Core.Requests.Texts;

/// <summary>One text of a request: as it is, or as its tokens.</summary>
/// <param name="Range">The JSON string, quotes included; empty where it came as tokens.</param>
/// <param name="Tokens">How many tokens came; 0 where it came as text.</param>
internal readonly record struct GivenText(ByteRange Range, int Tokens);
