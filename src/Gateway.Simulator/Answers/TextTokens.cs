using System.Text;

namespace Gateway.Simulator.Answers;

/// <summary>The simulator's estimate of text tokens: a quarter of the characters (UTF-16 units) of each text, rounded up.</summary>
internal static class TextTokens
{
    /// <summary>To prime the answer, once a request.</summary>
    public const int ToPrime = 3;

    /// <summary>For each message, whatever is in it.</summary>
    public const int PerMessage = 4;

    /// <summary>The tokens of one text.</summary>
    /// <param name="raw">The inside of a well-formed JSON string, escapes and all.</param>
    public static int Count(ReadOnlySpan<byte> raw)
    {
        var characters = Encoding.UTF8.GetCharCount(raw);
        for (var at = raw.IndexOf((byte)'\\'); at >= 0; at = raw.IndexOf((byte)'\\'))
        {
            var length = raw[at + 1] is (byte)'u' ? 6 : 2;
            characters -= length - 1;
            raw = raw[(at + length)..];
        }

        return (characters + 3) / 4;
    }
}
