using System.Buffers;
using System.Runtime.CompilerServices;
using Gateway.Core.Endpoints;
using Gateway.Core.Streaming;
using Gateway.Core.Text;

namespace Gateway.Forwarding;

/// <summary>A whole answer in one pooled stretch of memory: as a provider sent it, or as it was translated.</summary>
/// <param name="passage">That it comes by; null for one that was translated, and is whole.</param>
internal sealed class AnswerBuffer(IPassage? passage) : IBufferWriter<byte>, IDisposable
{
    /// <summary>A JSON answer is held until its row is durable; a larger one is refused.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const int FirstBytes = 4096;
    private const int TrustedBytes = 256 * 1024;
    private const int LookEvery = 2048;

    private byte[] _bytes = [];
    private int _nextLook;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>The text in it, though its rest may never have come.</summary>
    /// <param name="text">Takes the text, or null where nobody will count it.</param>
    public TextSize ReadBegun(ReceivedText? text = null) => ReadBegun(Length, text);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - Length < Math.Max(sizeHint, 1))
        {
            Grow(Math.Max(Math.Max(Length * 2, Length + sizeHint), FirstBytes));
        }

        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Reads to the end. An answer that says how long it is has been written by then, and is read whole though its client has left.</summary>
    /// <returns>False where it is longer than <paramref name="maxBytes"/>, or than one without a reader may be.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryReadAsync(Stream stream, long? expected, int maxBytes, UpstreamDeadline deadline, ClientWatch client, CancellationToken ct)
    {
        if (expected > maxBytes)
        {
            return false;
        }

        // One byte more than expected, so that the read that finds the end needs no larger buffer; but no more on the provider's word alone.
        Grow((int)Math.Clamp((expected ?? 0) + 1, FirstBytes, TrustedBytes));
        while (true)
        {
            var withoutReader = expected is null && client.HasLeft;
            var read = await stream.ReadAsync(_bytes.AsMemory(Length, Math.Min(_bytes.Length - Length, withoutReader ? LookEvery : int.MaxValue)), ct);
            if (read == 0)
            {
                return true;
            }

            deadline.Progress(first: Length == 0);
            Length += read;
            if (Length > maxBytes || (expected is null && client.HasLeft && !MayReadOn(client, Length - read)))
            {
                return false;
            }

            if (Length == _bytes.Length)
            {
                Grow(Length * 2);
            }
        }
    }

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        Length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Looks at the text so far, at growing distances, so that all looks together cost no more than a few over the whole.</summary>
    private bool MayReadOn(ClientWatch client, int before)
    {
        if (Length < _nextLook)
        {
            return true;
        }

        _nextLook = Length + Math.Max(LookEvery, Length / 8);
        return client.MayReadOn(ReadBegun(before, null), ReadBegun(Length, null));
    }

    private TextSize ReadBegun(int length, ReceivedText? text) =>
        passage?.ReadBegun(_bytes.AsSpan(0, length), text) ?? default;

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
