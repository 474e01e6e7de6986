namespace Gateway.Core.Requests;

/// <summary>Where an image part's bytes are.</summary>
public enum ImageSource
{
    /// <summary>In the body: <c>data:image/png;base64,...</c>.</summary>
    DataUrl,

    /// <summary>In the body, as base64 alone: only in a message's <c>image</c> field.</summary>
    Base64,

    /// <summary>Behind an http or https URL.</summary>
    Remote,

    /// <summary>A file of the form that the request came as.</summary>
    Upload,

    /// <summary>Uploaded before; the text is a file's id.</summary>
    File,
}
