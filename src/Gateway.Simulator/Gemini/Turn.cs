namespace Gateway.Simulator.Gemini;

/// <summary>What one content has of calls and responses.</summary>
internal readonly record struct Turn(bool FromModel, int Calls, int Responses, bool SignsFirstCall);
