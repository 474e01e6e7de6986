namespace Gateway.Core.Requests;

/// <summary>A stretch of a spliced body: bytes in memory, or <paramref name="Stream"/> where it is not null.</summary>
public readonly record struct BodySegment(ReadOnlyMemory<byte> Memory, StreamedInsert? Stream)
{
    public long Length => Stream?.Length ?? Memory.Length;
}
