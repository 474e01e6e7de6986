using System.Text;
using System.Text.Json;

namespace Gateway.Simulator.OpenAi;

/// <summary>The beginning of a JSON string as plain text, fit to be repeated in an answer.</summary>
internal static class Quote
{
    private const int MostBytes = 96;

    // The longest escape is a surrogate pair, two times six bytes.
    private const int LongestEscape = 12;

    /// <param name="json">A JSON string with its quotation marks, or nothing.</param>
    public static string Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return "";
        }

        var raw = json[1..^1];
        string text;
        if (raw.Length <= MostBytes)
        {
            text = Unescape(raw);
        }
        else
        {
            text = Unescape(Cut(raw)) + "...";
        }

        for (var open = text.IndexOf("[[", StringComparison.Ordinal); open >= 0; open = text.IndexOf("[[", StringComparison.Ordinal))
        {
            var close = text.IndexOf("]]", open, StringComparison.Ordinal);
            text = close < 0 ? text[..open] : text.Remove(open, close + 2 - open);
        }

        return text.Trim();
    }

    /// <summary>Cuts where no character and no escape is broken.</summary>
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> raw)
    {
        var end = MostBytes;
        while ((raw[end] & 0xC0) == 0x80)
        {
            end--;
        }

        var escape = raw[(end - LongestEscape)..end].IndexOf((byte)'\\');
        if (escape >= 0)
        {
            end = end - LongestEscape + escape;
            while (end > 0 && raw[end - 1] == '\\')
            {
                end--;
            }
        }

        return raw[..end];
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(raw);
        }

        Span<byte> quoted = stackalloc byte[MostBytes + 2];
        quoted[0] = (byte)'"';
        raw.CopyTo(quoted[1..]);
        quoted[raw.Length + 1] = (byte)'"';
        var json = new Utf8JsonReader(quoted[..(raw.Length + 2)]);
        try
        {
            json.Read();
            return json.GetString() ?? "";
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair, the sender's or made by the cut: the answer can do without the question.
            return "";
        }
    }
}
