namespace Gateway.Core.Requests;

/// <summary>Where an image part's bytes are.</summary>
public enum ImageSource
{
    /// <summary>In the body: <c>data:image/png;base64,...</c>.</summary>
    DataUrl,

    /// <summary>Behind an http or https URL.</summary>
    Remote,
}
