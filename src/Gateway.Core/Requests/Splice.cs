namespace Gateway.Core.Requests;

/// <summary>One edit of a body: at <paramref name="Offset"/>, <paramref name="Remove"/> bytes give way to <paramref name="Insert"/>, and behind it to <see cref="Stream"/>.</summary>
public readonly record struct Splice(int Offset, int Remove, ReadOnlyMemory<byte> Insert)
{
    /// <summary>What is inserted behind <see cref="Insert"/> as the body is sent, or null.</summary>
    public StreamedInsert? Stream { get; init; }
}
