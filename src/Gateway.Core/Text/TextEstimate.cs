namespace Gateway.Core.Text;

/// <summary>
/// Tokens of text without a tokenizer, for admission: about four ASCII bytes or three bytes of other scripts make a token. Around it
/// the message overhead that OpenAI bills: 3 a message, 1 for its role, 1 for a name, and 3 once for the answer's priming.
/// </summary>
public static class TextEstimate
{
    private const int PerMessage = 4;
    private const int PerName = 1;
    private const int Priming = 3;

    /// <summary>Tokens of text alone, rounded to the nearest, halves up; 0 for none, else at least 1.</summary>
    public static long Tokens(TextSize size)
    {
        if (size is { AsciiBytes: <= 0, OtherBytes: <= 0 })
        {
            return 0;
        }

        var twelfths = (size.AsciiBytes * 3) + (size.OtherBytes * 4);
        return Math.Max(1, (twelfths + 6) / 12);
    }

    /// <summary>Tokens of all text of a request, the message overhead included.</summary>
    /// <param name="text">All text that the model reads.</param>
    /// <param name="messages">Messages in the request.</param>
    /// <param name="named">Messages that carry a name.</param>
    public static long Prompt(TextSize text, int messages, int named) =>
        Tokens(text) + (messages * (long)PerMessage) + (named * (long)PerName) + Priming;
}
