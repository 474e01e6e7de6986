using System.Buffers;

namespace Gateway.Core.Streaming;

/// <summary>
/// An answer's bytes as its client gets them, in pooled memory. Once they are more than <paramref name="maxBytes"/> it keeps nothing.
/// For one thread at a time.
/// </summary>
/// <param name="maxBytes">The most bytes to keep, 0 or more.</param>
public sealed class AnswerCopy(int maxBytes) : IDisposable
{
    private const int FirstBytes = 4096;
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Whether it was too much: the copy is empty and stays so.</summary>
    public bool IsOverfull { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (IsOverfull || bytes.Length > maxBytes - _length)
        {
            IsOverfull = true;
            Dispose();
            return;
        }

        if (bytes.Length > _bytes.Length - _length)
        {
            // No overflow: what is kept is at most maxBytes, and a pooled array at most twice of what was asked for.
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(Math.Min(_bytes.Length * 2L, maxBytes), Math.Max(_length + bytes.Length, FirstBytes)));
            Span.CopyTo(larger);
            var length = _length;
            Dispose();
            (_bytes, _length) = (larger, length);
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, _length) = ([], 0);
    }
}
