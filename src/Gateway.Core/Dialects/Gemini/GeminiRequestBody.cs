using System.Buffers.Text;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// A body as it grows: short pieces are copied, long stretches of the client's own body are referred to, and stored pictures come in as the
/// body is sent.
/// </summary>
internal sealed class GeminiRequestBody
{
    // Below this a copy costs less than a segment of its own.
    private const int WorthReferring = 1024;
    private const int LongestNumber = 20;

    private readonly List<Piece> _pieces = [];
    private byte[] _copied = new byte[512];
    private int _length;
    private int _from;

    public bool IsEmpty => _pieces.Count == 0 && _length == 0;

    /// <summary>Copies a piece.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_copied.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Write(long number)
    {
        Grow(LongestNumber);
        Utf8Formatter.TryFormat(number, _copied.AsSpan(_length), out var written);
        _length += written;
    }

    /// <summary>Takes a stretch that stays as it is until the body was sent.</summary>
    public void Refer(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < WorthReferring)
        {
            Write(bytes.Span);
            return;
        }

        EndCopy();
        _pieces.Add(new Piece(0, 0, bytes, null));
    }

    public void Write(StreamedInsert stream)
    {
        EndCopy();
        _pieces.Add(new Piece(0, 0, default, stream));
    }

    /// <summary>Takes all of another, which must not grow any more.</summary>
    public void Append(GeminiRequestBody other)
    {
        other.EndCopy();
        foreach (var piece in other._pieces)
        {
            if (piece.Stream is { } stream)
            {
                Write(stream);
            }
            else
            {
                Refer(other.Bytes(piece));
            }
        }
    }

    /// <summary>The body, whole; it must not grow any more.</summary>
    public SplicedBody ToBody()
    {
        EndCopy();
        return SplicedBody.From(default, [.. _pieces.Select(piece => new Splice(0, 0, Bytes(piece)) { Stream = piece.Stream })]);
    }

    private ReadOnlyMemory<byte> Bytes(in Piece piece) => piece.Length > 0 ? _copied.AsMemory(piece.Start, piece.Length) : piece.Memory;

    private void EndCopy()
    {
        if (_length > _from)
        {
            _pieces.Add(new Piece(_from, _length - _from, default, null));
            _from = _length;
        }
    }

    private void Grow(int more)
    {
        if (_copied.Length - _length < more)
        {
            Array.Resize(ref _copied, Math.Max(_copied.Length * 2, _length + more));
        }
    }

    /// <param name="Start">Where it begins in what was copied.</param>
    /// <param name="Length">How much of that it is; 0 for another kind.</param>
    /// <param name="Memory">A stretch of the client's body.</param>
    /// <param name="Stream">What comes in as the body is sent, or null.</param>
    private readonly record struct Piece(int Start, int Length, ReadOnlyMemory<byte> Memory, StreamedInsert? Stream);
}
