using Gateway.Core.Requests;

namespace Gateway.Pipeline.Multipart;

/// <summary>A multipart body, received and kept, and its parts in order.</summary>
/// <param name="Body">All its bytes.</param>
/// <param name="ContentType">As the client sent it, with the boundary.</param>
/// <param name="Parts">What it is made of.</param>
internal sealed record MultipartForm(UploadedBody Body, string ContentType, IReadOnlyList<FormPart> Parts) : IDisposable
{
    /// <summary>The body as it came, but for one part with another content.</summary>
    public SplicedBody With(in FormPart part, ReadOnlyMemory<byte> content)
    {
        var behind = part.Offset + part.Length;
        return SplicedBody.Of([Body.Segment(0, part.Offset), new BodySegment(content, null), Body.Segment(behind, Body.Length - behind)]);
    }

    public void Dispose() => Body.Dispose();
}
