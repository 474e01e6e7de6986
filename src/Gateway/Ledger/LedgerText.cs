using System.Text;
using Gateway.Core.Streaming;

namespace Gateway.Ledger;

/// <summary>The words that stand for the enumerations in rows and in JSON.</summary>
internal static class LedgerText
{
    public static string Of(AnswerOutcome outcome) => outcome switch
    {
        AnswerOutcome.Completed => "completed",
        AnswerOutcome.ClientDisconnected => "client_disconnected",
        AnswerOutcome.UpstreamFailed => "upstream_failed",
        AnswerOutcome.TimedOut => "timed_out",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    public static AnswerOutcome ToOutcome(string text) => text switch
    {
        "completed" => AnswerOutcome.Completed,
        "client_disconnected" => AnswerOutcome.ClientDisconnected,
        "upstream_failed" => AnswerOutcome.UpstreamFailed,
        "timed_out" => AnswerOutcome.TimedOut,
        _ => throw new InvalidDataException($"No outcome is called '{text}'."),
    };

    public static string Of(UsageSource source) => source switch
    {
        UsageSource.Provider => "provider",
        UsageSource.Counted => "counted",
        UsageSource.Estimated => "estimated",
        _ => throw new ArgumentOutOfRangeException(nameof(source)),
    };

    public static UsageSource ToUsageSource(string text) => text switch
    {
        "provider" => UsageSource.Provider,
        "counted" => UsageSource.Counted,
        "estimated" => UsageSource.Estimated,
        _ => throw new InvalidDataException($"No usage source is called '{text}'."),
    };

    /// <summary>
    /// What a client wrote, as both databases take it: PostgreSQL refuses NUL and half a surrogate pair, and no client may make its own row unwritable.
    /// </summary>
    public static string? Storable(string? text)
    {
        if (text is null || (!text.Contains('\0', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')))
        {
            return text;
        }

        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        }

        return whole.ToString();
    }
}
