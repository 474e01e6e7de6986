using Gateway.Core.Audio;

namespace Gateway.Core.Requests;

/// <summary>A body of multipart/form-data that is kept elsewhere, in memory or on disk, and what it is made of.</summary>
/// <param name="ContentType">As the client sent it, with the boundary.</param>
/// <param name="Boundary">The boundary alone.</param>
/// <param name="Length">Bytes of the whole body.</param>
/// <param name="Parts">Its parts, in order.</param>
/// <param name="Segment">A stretch of the body as it is sent: offset and length.</param>
/// <param name="Read">Reads the body where it is kept.</param>
public sealed record FormBody(
    string ContentType, string Boundary, long Length, IReadOnlyList<FormPart> Parts, Func<long, long, BodySegment> Segment, ReadAt Read)
{
    /// <summary>The file that a part holds.</summary>
    public AudioFile File(in FormPart part)
    {
        var offset = part.Offset;
        var length = part.Length;
        return new AudioFile(length, (at, into) => Read(offset + at, into[..(int)Math.Min(into.Length, length - at)]));
    }
}
