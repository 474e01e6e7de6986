using System.Buffers;
using Gateway.Core.Text;

namespace Gateway.Core.Streaming;

/// <summary>
/// The text of an answer as it came, in pooled memory, to be counted exactly where the provider does not say how many tokens it was.
/// Beyond <see cref="MaxBytes"/> it keeps nothing more, and counts nothing.
/// </summary>
public sealed class ReceivedText : IDisposable
{
    /// <summary>4 MiB: about a million tokens.</summary>
    public const int MaxBytes = 4 << 20;

    private const int FirstBytes = 1024;
    private byte[] _text = [];
    private int _length;
    private bool _overlong;

    /// <param name="json">The inside of a JSON string, escapes and all.</param>
    public void Append(ReadOnlySpan<byte> json)
    {
        if (_overlong || json.Length > MaxBytes - _length)
        {
            _overlong = true;
            Dispose();
            return;
        }

        if (json.Length > _text.Length - _length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Max(_text.Length * 2, _length + json.Length)));
            _text.AsSpan(0, _length).CopyTo(larger);
            var length = _length;
            Dispose();
            (_text, _length) = (larger, length);
        }

        json.CopyTo(_text.AsSpan(_length));
        _length += json.Length;
    }

    /// <summary>Its tokens, or null where it was too long to keep.</summary>
    public long? Count(BytePairEncoder encoder) => _overlong ? null : encoder.CountJson(_text.AsSpan(0, _length));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_text.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_text);
        }

        (_text, _length) = ([], 0);
    }
}
