using System.Text;
using System.Text.Json;

namespace Gateway.Simulator.Answers;

/// <summary>The beginning of a JSON string as plain text, fit to be repeated in an answer.</summary>
internal static class Quote
{
    private const int MostBytes = 96;

    /// <summary>The first part of the string, without directives.</summary>
    /// <param name="json">A JSON string with its quotation marks, or nothing.</param>
    public static string Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return "";
        }

        var raw = json[1..^1];
        var text = raw.Length <= MostBytes ? Unescape(raw) : Unescape(Cut(raw)) + "...";
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
        var end = 0;
        while (end + ElementLength(raw[end..]) is var next and <= MostBytes)
        {
            end = next;
        }

        return raw[..end];
    }

    private static int ElementLength(ReadOnlySpan<byte> raw) => raw switch
    {
        // The high half of an escaped surrogate pair goes together with its low half.
        [(byte)'\\', (byte)'u', (byte)'d' or (byte)'D', (byte)'8' or (byte)'9' or (>= (byte)'a' and <= (byte)'b') or (>= (byte)'A' and <= (byte)'B'), ..] => 12,
        [(byte)'\\', (byte)'u', ..] => 6,
        [(byte)'\\', ..] => 2,
        [< 0x80, ..] => 1,
        [< 0xE0, ..] => 2,
        [< 0xF0, ..] => 3,
        _ => 4,
    };

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
            // Half a surrogate pair: the answer can do without the question.
            return "";
        }
    }
}
