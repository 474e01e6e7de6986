using Gateway.Core.Errors;
using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>The images of a body in its order, no more of them than allowed, and the edits that bring all into the form that every provider reads.</summary>
/// <param name="most">The most images in one request.</param>
/// <param name="list">The name of the list that they stand in: <c>messages</c>, <c>input</c>.</param>
internal sealed class ImageCollector(int most, string list = "messages")
{
    private readonly List<ImagePart> _images = [];
    private readonly List<ImageField> _fields = [];
    private readonly List<Splice> _edits = [];

    public IReadOnlyList<ImagePart> Images => _images;

    /// <inheritdoc cref="ParsedRequest.ImageFields"/>
    public IReadOnlyList<ImageField> Fields => _fields;

    /// <inheritdoc cref="ParsedRequest.ImageEdits"/>
    public IReadOnlyList<Splice> Edits => _edits;

    /// <param name="message">Index of its message.</param>
    /// <param name="part">Index of its part in the message's content.</param>
    /// <param name="text">Where it is.</param>
    /// <param name="detail">As the client asked.</param>
    /// <param name="place">In which list it stands.</param>
    /// <param name="at">Where it stands, if not as that part.</param>
    public GatewayError? Add(int message, int part, in ImageText text, ImageDetail detail, ImagePlace place = ImagePlace.Message, string? at = null)
    {
        if (_images.Count == most)
        {
            return GatewayError.TooManyImages(most, list);
        }

        _images.Add(new ImagePart(message, part, text.Source, text.Range, text.Escaped, detail) { Place = place, At = at });
        return null;
    }

    public void Edit(ByteRange range, ReadOnlyMemory<byte> insert) => _edits.Add(new Splice(range.Start, range.Length, insert));

    public void AddField(ImageField field) => _fields.Add(field);
}
