using System.Buffers;

namespace Gateway.Core.Streaming;

/// <summary>
/// Cuts a server-sent event stream into events, whatever the pieces it arrives in: lines end by LF, CR or CRLF, a character may be split
/// between two pieces, and an event may be as long as <see cref="MaxEventBytes"/>. An event that lies inside one piece with one
/// <c>data:</c> line is handed out in place, without a copy. Comments, <c>id:</c>, <c>retry:</c> and events without data are passed over.
/// </summary>
public sealed class SseScanner : IDisposable
{
    /// <summary>As long as an answer may be.</summary>
    public const int MaxEventBytes = 64 * 1024 * 1024;

    private byte[]? _held;
    private int _heldLength;
    private byte[]? _joined;
    private int _lineLength;
    private bool _afterCr;
    private bool _started;

    /// <summary>Whether an event began that has not ended.</summary>
    public bool HasPartialEvent => _heldLength > 0;

    /// <summary>Whether an event grew beyond <see cref="MaxEventBytes"/>: nothing more is read then.</summary>
    public bool IsOverlong { get; private set; }

    /// <summary>Takes the next event off the front of <paramref name="piece"/>; what is left when there is none is kept for the next piece.</summary>
    /// <param name="piece">Bytes as they came; moved behind what was read.</param>
    /// <param name="data">The event's data, lines joined by LF; valid until the next call.</param>
    public bool TryRead(ref ReadOnlySpan<byte> piece, out ReadOnlySpan<byte> data)
    {
        while (!piece.IsEmpty && !IsOverlong)
        {
            if (!TryFindEnd(piece, out var length))
            {
                Hold(piece);
                piece = default;
                break;
            }

            var ended = piece[..length];
            piece = piece[length..];
            if (_heldLength > 0)
            {
                Hold(ended);
                ended = _held.AsSpan(0, _heldLength);
                _heldLength = 0;
            }

            if (!_started)
            {
                _started = true;
                ended = ended.StartsWith("\uFEFF"u8) ? ended[3..] : ended;
            }

            if (TryGetData(ended, out data))
            {
                return true;
            }
        }

        data = default;
        return false;
    }

    /// <summary>The event that was cut off by the end of the stream: a provider's last event may lack its blank line.</summary>
    public bool TryReadLast(out ReadOnlySpan<byte> data)
    {
        var ended = _held.AsSpan(0, _heldLength);
        _heldLength = 0;
        return TryGetData(ended, out data);
    }

    public void Dispose()
    {
        Release(ref _held);
        Release(ref _joined);
        _heldLength = 0;
    }

    /// <summary>Finds the blank line that ends the current event. Whether a line is blank may have been decided by earlier pieces.</summary>
    private bool TryFindEnd(ReadOnlySpan<byte> piece, out int length)
    {
        var at = 0;
        if (_afterCr && piece[0] == '\n')
        {
            at = 1;
        }

        _afterCr = false;
        while (at < piece.Length)
        {
            var end = piece[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                _lineLength += piece.Length - at;
                break;
            }

            var blank = _lineLength + end == 0;
            _lineLength = 0;
            at += end + 1;
            if (piece[at - 1] == '\r')
            {
                if (at == piece.Length)
                {
                    _afterCr = true;
                }
                else if (piece[at] == '\n')
                {
                    at++;
                }
            }

            if (blank)
            {
                length = at;
                return true;
            }
        }

        length = 0;
        return false;
    }

    private bool TryGetData(ReadOnlySpan<byte> ended, out ReadOnlySpan<byte> data)
    {
        data = default;
        var lines = 0;
        var joined = 0;
        while (!ended.IsEmpty)
        {
            var end = ended.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? ended : ended[..end];
            ended = end < 0 ? default : ended[(end + 1)..];
            if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != ':'))
            {
                continue;
            }

            var value = line.Length > 4 ? line[5..] : default;
            value = value is [(byte)' ', ..] ? value[1..] : value;
            if (++lines == 1)
            {
                data = value;
                continue;
            }

            // Several data lines are one text; they are rare, so only they are copied.
            if (lines == 2)
            {
                joined = Append(ref _joined, 0, data);
            }

            joined = Append(ref _joined, joined, "\n"u8);
            joined = Append(ref _joined, joined, value);
            data = _joined.AsSpan(0, joined);
        }

        return !data.IsEmpty;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_heldLength + bytes.Length > MaxEventBytes)
        {
            IsOverlong = true;
            return;
        }

        _heldLength = Append(ref _held, _heldLength, bytes);
    }

    private static int Append(ref byte[]? buffer, int length, ReadOnlySpan<byte> bytes)
    {
        var needed = length + bytes.Length;
        if (buffer is null || buffer.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (buffer?.Length ?? 512) * 2));
            buffer.AsSpan(0, length).CopyTo(larger);
            Release(ref buffer);
            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        return needed;
    }

    private static void Release(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }
}
