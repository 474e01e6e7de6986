namespace Gateway.Core.Requests;

/// <summary>A body with its edits, as stretches of memory in order: the original is never copied.</summary>
public sealed class SplicedBody
{
    private SplicedBody(IReadOnlyList<ReadOnlyMemory<byte>> segments, long length)
    {
        Segments = segments;
        Length = length;
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Segments { get; }

    public long Length { get; }

    /// <param name="body">The original.</param>
    /// <param name="edits">In any order; they must not overlap. Insertions at one offset keep their order, and go before what is removed there.</param>
    public static SplicedBody From(ReadOnlyMemory<byte> body, List<Splice> edits)
    {
        // A stable sort: List.Sort is not one.
        var ordered = edits.Count < 2 ? edits : [.. edits.OrderBy(edit => edit.Offset).ThenBy(edit => edit.Remove > 0)];
        var segments = new List<ReadOnlyMemory<byte>>((edits.Count * 2) + 1);
        var at = 0;
        long length = 0;
        foreach (var edit in ordered)
        {
            Add(body[at..edit.Offset]);
            Add(edit.Insert);
            at = edit.Offset + edit.Remove;
        }

        Add(body[at..]);
        return new SplicedBody(segments, length);

        void Add(ReadOnlyMemory<byte> segment)
        {
            if (!segment.IsEmpty)
            {
                segments.Add(segment);
                length += segment.Length;
            }
        }
    }
}
