using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>An image in a message, not yet looked at.</summary>
/// <param name="Message">Index of its message.</param>
/// <param name="Part">Index inside the message's content, or <see cref="Field"/>.</param>
/// <param name="Source">Where its bytes are.</param>
/// <param name="Url">The URL's, id's or base64's text between its quotes, still with JSON escapes where <paramref name="Escaped"/>.</param>
/// <param name="Escaped">Whether the JSON string holds escapes.</param>
/// <param name="Detail">As the client asked; <see cref="ImageDetail.Auto"/> where it did not.</param>
public readonly record struct ImagePart(int Message, int Part, ImageSource Source, ByteRange Url, bool Escaped, ImageDetail Detail)
{
    /// <summary>Stands for a part's index: the image is the message's own <c>image</c> field.</summary>
    public const int Field = -1;

    /// <summary>Stands for a part's index: one of the pictures to be edited, by the message's index.</summary>
    public const int Input = -2;

    /// <summary>Stands for a part's index: the mask of an edit.</summary>
    public const int Mask = -3;

    /// <summary>Stands for a part's index: a file of a form, in its field <c>image</c>, by the message's index.</summary>
    public const int Upload = -4;

    /// <summary>The part's path in the body: <c>messages[0].content[1]</c>, or <c>messages[0].image</c>.</summary>
    public string Path => Part switch
    {
        Field => $"messages[{Message}].image",
        Input => $"images[{Message}]",
        Mask => "mask",
        Upload => $"image[{Message}]",
        _ => $"messages[{Message}].content[{Part}]",
    };

    /// <summary>Where its detail stands, as its part is commonly written.</summary>
    public string DetailPath => Part == Field ? $"{Path}.detail" : $"{Path}.image_url.detail";

    /// <summary>The text of <see cref="Url"/>, without escapes; null where its escapes stand for no text.</summary>
    public string? Text(ReadOnlySpan<byte> body) => JsonText.Unquote(body.Slice(Url.Start - 1, Url.Length + 2));
}
