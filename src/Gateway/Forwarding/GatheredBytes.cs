using System.Buffers;

namespace Gateway.Forwarding;

/// <summary>The events of one read on their way to the client, in pooled memory that is held no longer than until they are sent.</summary>
internal sealed class GatheredBytes : IBufferWriter<byte>
{
    private const int FirstBytes = 16 * 1024;

    private byte[]? _bytes;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes is null || _bytes.Length - Length < bytes.Length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (_bytes?.Length ?? 0) - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Provide(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Provide(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Forgets what was gathered behind the first bytes.</summary>
    /// <param name="length">How many of them stay: 0 to <see cref="Length"/>.</param>
    public void CutTo(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Forgets all, and gives the memory back.</summary>
    public void Return()
    {
        if (_bytes is { } bytes)
        {
            (_bytes, Length) = (null, 0);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Provide(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_bytes is null || _bytes.Length - Length < needed)
        {
            Grow(needed);
        }
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + needed, FirstBytes));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        var length = Length;
        Return();
        (_bytes, Length) = (larger, length);
    }
}
