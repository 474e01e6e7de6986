using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>An image in a message, not yet looked at.</summary>
/// <param name="Message">Index of its message.</param>
/// <param name="Part">Index inside the message's content.</param>
/// <param name="Source">Where its bytes are.</param>
/// <param name="Url">The URL's text between its quotes, still with JSON escapes where <paramref name="Escaped"/>.</param>
/// <param name="Escaped">Whether the JSON string holds escapes.</param>
/// <param name="Detail">As the client asked; <see cref="ImageDetail.Auto"/> where it did not.</param>
public readonly record struct ImagePart(int Message, int Part, ImageSource Source, ByteRange Url, bool Escaped, ImageDetail Detail)
{
    /// <summary>The part's path in the body: <c>messages[0].content[1]</c>.</summary>
    public string Path => $"messages[{Message}].content[{Part}]";
}
