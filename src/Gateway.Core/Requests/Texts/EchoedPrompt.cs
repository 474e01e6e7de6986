namespace Gateway.Core.Requests.Texts;

/// <summary>
/// What of the answers only repeats their prompts, as <c>echo</c> asks: it is no text of the model's. It stands at the beginning of each
/// answer; counted in units of UTF-16, since a provider may escape other characters than the client did.
/// </summary>
internal sealed class EchoedPrompt(IReadOnlyList<long> lengths, int answersEach)
{
    // What a token of a prompt that came as tokens stands for.
    private const long UnitsOfToken = 4;

    private readonly Dictionary<int, long> _left = [];

    /// <summary>One for what a request asks for; null where it asks for no echo.</summary>
    public static EchoedPrompt? Of(ParsedRequest request) =>
        request is CompletionRequest { Echoed: { } lengths } completion ? new EchoedPrompt(lengths, completion.AnswersEach) : null;

    /// <summary>Units of UTF-16 of each prompt; of one that came as tokens, as many as they usually stand for.</summary>
    public static long[] LengthsOf(ReadOnlySpan<byte> body, IReadOnlyList<GivenText> prompts)
    {
        var lengths = new long[prompts.Count];
        for (var i = 0; i < lengths.Length; i++)
        {
            var prompt = prompts[i];
            lengths[i] = prompt.Range.Length > 0 ? JsonCharacters.CountUnits(prompt.Range.Of(body)[1..^1]) : prompt.Tokens * UnitsOfToken;
        }

        return lengths;
    }

    /// <summary>What is behind the echo in the next piece of an answer.</summary>
    /// <param name="answer">Its index.</param>
    /// <param name="text">The inside of a JSON string.</param>
    public ReadOnlySpan<byte> Behind(int answer, ReadOnlySpan<byte> text)
    {
        if (!_left.TryGetValue(answer, out var left))
        {
            var prompt = answer / answersEach;
            left = prompt >= 0 && prompt < lengths.Count ? lengths[prompt] : 0;
        }

        while (left > 0 && text.Length > 0)
        {
            text = text[JsonCharacters.Next(text, out var units)..];
            left -= units;
        }

        _left[answer] = left;
        return text;
    }
}
