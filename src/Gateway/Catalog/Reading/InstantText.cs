using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>YYYY-MM-DD</c> (midnight UTC), or an RFC 3339 time to the second.</summary>
internal static class InstantText
{
    private static readonly string[] Utc = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    public static bool TryParse([NotNullWhen(true)] string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, Utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant)
        || DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant);
}
