namespace Gateway.Core.Text;

/// <summary>
/// Tokens of text without a tokenizer, for admission: what o200k_base makes of each kind of character on average, fitted on texts like those
/// of its tests, and rather high than low. Around it the message overhead that OpenAI bills: 3 a message, 1 for its role, 1 for a name, and 3
/// once for the answer's priming.
/// </summary>
/// <remarks>
/// Held within -10 and +25 % by tests on English, German, source code, JSON, Chinese, Japanese, Korean, Arabic, Russian and emoji of a few
/// kilobytes. Letters at random and base64 make up to three times the tokens estimated; long runs of spaces or digits fewer.
/// </remarks>
public static class TextEstimate
{
    private const int PerMessage = 4;
    private const int PerName = 1;
    private const int Priming = 3;

    // In 64ths of a token for one character.
    private const int Unit = 64;
    private const int Letter = 14;
    private const int Digit = 48;
    private const int Sign = 29;
    private const int Alphabetic = 23;
    private const int Ideographic = 54;
    private const int Astral = 150;

    /// <summary>Tokens of text alone, rounded to the nearest, halves up; 0 for none, else at least 1.</summary>
    public static long Tokens(TextSize size)
    {
        if (size == default)
        {
            return 0;
        }

        var units = (size.Letters * Letter) + (size.Digits * Digit) + (size.Signs * Sign)
            + (size.Alphabetic * Alphabetic) + (size.Ideographic * Ideographic) + (size.Astral * Astral);
        return Math.Max(1, (units + (Unit / 2)) / Unit);
    }

    /// <summary>Tokens of all text of a request, the message overhead included.</summary>
    /// <param name="text">All text that the model reads.</param>
    /// <param name="messages">Messages in the request.</param>
    /// <param name="named">Messages that carry a name.</param>
    public static long Prompt(TextSize text, int messages, int named) =>
        Tokens(text) + (messages * (long)PerMessage) + (named * (long)PerName) + Priming;
}
