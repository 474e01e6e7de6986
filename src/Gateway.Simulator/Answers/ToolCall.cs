namespace Gateway.Simulator.Answers;

/// <summary>One call of a tool in an answer.</summary>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    private const int CharactersPerDelta = 8;

    /// <summary>In how many pieces a stream sends the arguments.</summary>
    public int Deltas => (Arguments.Length + CharactersPerDelta - 1) / CharactersPerDelta;

    public ReadOnlySpan<char> Delta(int index) =>
        Arguments.AsSpan(index * CharactersPerDelta, Math.Min(CharactersPerDelta, Arguments.Length - (index * CharactersPerDelta)));
}
