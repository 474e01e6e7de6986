namespace Gateway.Core.Requests;

/// <summary>One edit of a body: at <paramref name="Offset"/>, <paramref name="Remove"/> bytes give way to <paramref name="Insert"/>.</summary>
public readonly record struct Splice(int Offset, int Remove, ReadOnlyMemory<byte> Insert);
