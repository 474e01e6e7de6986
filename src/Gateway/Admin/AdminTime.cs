using System.Globalization;

namespace Gateway.Admin;

/// <summary>Times that an operator writes.</summary>
internal static class AdminTime
{
    public const string Rule = "it must be a time such as 2026-01-31T12:00:00Z, or a date (midnight in UTC).";

    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
