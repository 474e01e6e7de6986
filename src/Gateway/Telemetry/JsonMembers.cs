using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>
/// Writes an object's members for the request line, which is written for every request: what needs no escaping, as nearly all of it, goes out as it
/// stands. The rest is <see cref="JsonEncodedText"/>'s.
/// </summary>
internal readonly ref struct JsonMembers(IBufferWriter<byte> output)
{
    private const int LongestNumber = 20;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', 0x7f - ' ').Select(static letter => (char)letter).Where(static letter => letter is not ('"' or '\\'))]);

    /// <param name="name">With all that is before its value: <c>,"status":</c>.</param>
    /// <param name="value">Null is left out with its name. Half of a surrogate pair becomes U+FFFD.</param>
    public void Add(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (value.AsSpan().ContainsAnyExcept(Plain))
        {
            // A line is read as JSON and by people, never by a browser.
            AddEscaped(name, JsonEncodedText.Encode(Encoding.UTF8.GetBytes(value), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            return;
        }

        var to = Begin(name, value.Length + 2);
        to[0] = (byte)'"';
        Ascii.FromUtf16(value, to[1..], out var length);
        to[length + 1] = (byte)'"';
        output.Advance(name.Length + length + 2);
    }

    /// <param name="name">As above.</param>
    /// <param name="value">Escaped already.</param>
    public void AddEscaped(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var to = Begin(name, value.Length + 2);
        to[0] = (byte)'"';
        value.CopyTo(to[1..]);
        to[value.Length + 1] = (byte)'"';
        output.Advance(name.Length + value.Length + 2);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, string?)"/>
    public void Add(ReadOnlySpan<byte> name, long value)
    {
        Utf8Formatter.TryFormat(value, Begin(name, LongestNumber), out var length);
        output.Advance(name.Length + length);
    }

    private Span<byte> Begin(ReadOnlySpan<byte> name, int value)
    {
        var to = output.GetSpan(name.Length + value);
        name.CopyTo(to);
        return to[name.Length..];
    }
}
