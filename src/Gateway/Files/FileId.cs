using System.Buffers;
using System.Security.Cryptography;
using Gateway.Storage;

namespace Gateway.Files;

/// <summary>
/// The text of a file's id: <c>file-</c>, 9 base62 digits of its time in microseconds, and 24 random ones (142 bits). The time is no secret, the owner
/// sees it beside the id; with it an id is a place in a list also when its file is gone, as it is for a client that deletes what it lists page by page.
/// </summary>
internal static class FileId
{
    private const string Start = "file-";
    private const int TimeDigits = 9;
    private const int RandomDigits = 24;

    // In the order of their codes, so that ids sort by time.
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> AllDigits = SearchValues.Create(Digits);

    /// <param name="createdAt">From 1970 to 2398.</param>
    public static string New(DateTimeOffset createdAt) => string.Create(Start.Length + TimeDigits + RandomDigits, UnixMicroseconds.From(createdAt), static (text, micros) =>
    {
        Start.CopyTo(text);
        for (var i = Start.Length + TimeDigits - 1; i >= Start.Length; i--)
        {
            (micros, var digit) = Math.DivRem(micros, Digits.Length);
            text[i] = Digits[(int)digit];
        }

        RandomNumberGenerator.GetItems(Digits, text[^RandomDigits..]);
    });

    /// <summary>Whether a text has the form of an id; no other is ever looked up.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Start.Length + TimeDigits + RandomDigits
        && text.StartsWith(Start, StringComparison.Ordinal)
        && !text.AsSpan(Start.Length).ContainsAnyExcept(AllDigits);

    /// <summary>When the file of this well-formed id was made, in microseconds since 1970.</summary>
    public static long TimeOf(string id)
    {
        long micros = 0;
        foreach (var digit in id.AsSpan(Start.Length, TimeDigits))
        {
            micros = (micros * Digits.Length) + Digits.IndexOf(digit);
        }

        return micros;
    }
}
