using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Ledger;

/// <summary>
/// Writes lines of CSV (RFC 4180: commas, CRLF, quotes doubled) into a text that its user empties. What is absent is an empty cell, an empty text a
/// quoted one.
/// </summary>
internal sealed class CsvRow(StringBuilder text)
{
    private static readonly SearchValues<char> ToQuote = SearchValues.Create(",\"\r\n");

    // What a spreadsheet takes for a formula, in narrow and in full-width form, or passes over in front of one; and our own mark.
    private static readonly SearchValues<char> ToMark = SearchValues.Create("=+-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n'");

    private bool _begun;

    /// <summary>
    /// A text. In front of one that a spreadsheet would run as a formula stands an apostrophe, and also of one that begins with an apostrophe: whoever reads
    /// cells takes one away where one is.
    /// </summary>
    public void Text(string? value)
    {
        Separate();
        if (value is null)
        {
            return;
        }

        var mark = value.Length > 0 && ToMark.Contains(value[0]);
        if (value.Length > 0 && !value.AsSpan().ContainsAny(ToQuote))
        {
            text.Append(mark ? "'" : "").Append(value);
            return;
        }

        text.Append('"').Append(mark ? "'" : "");
        var at = text.Length;
        text.Append(value).Replace("\"", "\"\"", at, value.Length).Append('"');
    }

    public void Number(long? value)
    {
        Separate();
        text.Append(CultureInfo.InvariantCulture, $"{value}");
    }

    public void Flag(bool value)
    {
        Separate();
        text.Append(value ? "true" : "false");
    }

    public void Time(DateTimeOffset value)
    {
        Separate();
        text.Append(CultureInfo.InvariantCulture, $"{value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'}");
    }

    public void End()
    {
        text.Append("\r\n");
        _begun = false;
    }

    private void Separate()
    {
        if (_begun)
        {
            text.Append(',');
        }

        _begun = true;
    }
}
