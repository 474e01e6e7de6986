using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Simulator.Wire;

/// <summary>A growing pooled buffer that JSON is put together in from prepared pieces.</summary>
internal sealed class Utf8Buffer : IDisposable
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        Length += written;
    }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public void Hex(long value)
    {
        Utf8Formatter.TryFormat(value, Room(16), out var written, new StandardFormat('x', 16));
        Length += written;
    }

    /// <summary>The inside of a JSON string.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Plain))
        {
            Raw(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            return;
        }

        Length += Encoding.UTF8.GetBytes(text, Room(text.Length));
    }

    /// <summary>A whole JSON string, or null.</summary>
    public void Quoted(string? text)
    {
        if (text is null)
        {
            Raw("null"u8);
            return;
        }

        Raw("\""u8);
        Text(text);
        Raw("\""u8);
    }

    /// <summary>JSON as it is.</summary>
    public void Json(string json) => Length += Encoding.UTF8.GetBytes(json, Room(Encoding.UTF8.GetMaxByteCount(json.Length)));

    public void Repeat(byte value, int count)
    {
        Room(count)[..count].Fill(value);
        Length += count;
    }

    /// <summary>Drops what follows the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Drops the first <paramref name="count"/> bytes.</summary>
    public void DropFirst(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    /// <summary>Replaces each line feed from <paramref name="start"/> on.</summary>
    public void ReplaceLineFeeds(int start, ReadOnlySpan<byte> lineEnd)
    {
        var lines = Encoding.UTF8.GetString(Span[start..]);
        Truncate(start);
        Raw(Encoding.UTF8.GetBytes(lines.Replace("\n", Encoding.UTF8.GetString(lineEnd), StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(Length);
    }
}
