namespace Gateway.Core.Requests;

/// <summary>A body with its edits, as stretches in order: the original is never copied.</summary>
public sealed class SplicedBody
{
    private SplicedBody(IReadOnlyList<BodySegment> segments, long length)
    {
        Segments = segments;
        Length = length;
    }

    public IReadOnlyList<BodySegment> Segments { get; }

    /// <summary>Bytes of all segments.</summary>
    public long Length { get; }

    /// <summary>A body of these stretches, in order; those of no length are left out.</summary>
    public static SplicedBody Of(IEnumerable<BodySegment> segments)
    {
        BodySegment[] all = [.. segments.Where(static segment => segment.Length > 0)];
        return new SplicedBody(all, all.Sum(static segment => segment.Length));
    }

    /// <param name="body">The original.</param>
    /// <param name="edits">In any order; they must not overlap. Insertions at one offset keep their order, and go before what is removed there.</param>
    public static SplicedBody From(ReadOnlyMemory<byte> body, List<Splice> edits)
    {
        // A stable sort: List.Sort is not one.
        var ordered = edits.Count < 2 ? edits : [.. edits.OrderBy(edit => edit.Offset).ThenBy(edit => edit.Remove > 0)];
        var segments = new List<BodySegment>((edits.Count * 2) + 1);
        var at = 0;
        long length = 0;
        foreach (var edit in ordered)
        {
            Add(new BodySegment(body[at..edit.Offset], null));
            Add(new BodySegment(edit.Insert, null));
            if (edit.Stream is { } stream)
            {
                Add(new BodySegment(default, stream));
            }

            at = edit.Offset + edit.Remove;
        }

        Add(new BodySegment(body[at..], null));
        return new SplicedBody(segments, length);

        void Add(BodySegment segment)
        {
            if (segment.Length > 0)
            {
                segments.Add(segment);
                length += segment.Length;
            }
        }
    }
}
