using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>An image in a message, not yet looked at.</summary>
/// <param name="Message">Index of its message, or of its item in a response's input.</param>
/// <param name="Part">Index inside the message's content, or <see cref="Field"/>.</param>
/// <param name="Source">Where its bytes are.</param>
/// <param name="Url">The URL's, id's or base64's text between its quotes, still with JSON escapes where <paramref name="Escaped"/>.</param>
/// <param name="Escaped">Whether the JSON string holds escapes.</param>
/// <param name="Detail">As the client asked; <see cref="ImageDetail.Auto"/> where it did not.</param>
public readonly record struct ImagePart(int Message, int Part, ImageSource Source, ByteRange Url, bool Escaped, ImageDetail Detail)
{
    /// <summary>Stands for a part's index: the image is the message's own <c>image</c> field.</summary>
    public const int Field = -1;

    /// <summary>Where it stands, where that is no part of a message's content: inside of a tool's result, of a document; else null.</summary>
    public string? At { get; init; }

    /// <summary>In which list it stands.</summary>
    public ImagePlace Place { get; init; }

    /// <summary>The part's path in the body: <c>messages[0].content[1]</c>, <c>messages[0].image</c>, <c>input[0].content[1]</c>, or <c>input[2].output[0]</c>.</summary>
    public string Path => At ?? Place switch
    {
        ImagePlace.Input => $"input[{Message}].content[{Part}]",
        ImagePlace.Edited => $"images[{Message}]",
        ImagePlace.Mask => "mask",
        ImagePlace.Upload => $"image[{Message}]",
        ImagePlace.Moderated => $"input[{Part}]",
        ImagePlace.ToolOutput => $"input[{Message}].output[{Part}]",
        _ => Part == Field ? $"messages[{Message}].image" : $"messages[{Message}].content[{Part}]",
    };

    /// <summary>Where its detail stands, as its part is commonly written.</summary>
    public string DetailPath => Part == Field || Place != ImagePlace.Message ? $"{Path}.detail" : $"{Path}.image_url.detail";

    /// <summary>What such a part is called in its endpoint: <c>image_url</c> or <c>input_image</c>.</summary>
    public string TypeName => Place is ImagePlace.Input or ImagePlace.ToolOutput ? "input_image" : "image_url";

    /// <summary>The text of <see cref="Url"/>, without escapes; null where its escapes stand for no text.</summary>
    public string? Text(ReadOnlySpan<byte> body) => JsonText.Unquote(body.Slice(Url.Start - 1, Url.Length + 2));
}
