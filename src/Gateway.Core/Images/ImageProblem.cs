namespace Gateway.Core.Images;

/// <summary>Why an image is refused.</summary>
public enum ImageProblem
{
    None,

    /// <summary>Not a data URL of the form <c>data:[type][;parameter]*;base64,payload</c>.</summary>
    MalformedDataUri,

    /// <summary>The declared MIME type is absent or no <c>image/*</c>.</summary>
    NotAnImageType,

    /// <summary>A character of the payload, or its length, is not base64.</summary>
    NotBase64,

    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>More decoded bytes than <see cref="ImageLimits.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>The bytes are none of the allowed formats.</summary>
    UnsupportedFormat,

    /// <summary>A GIF of more than one frame.</summary>
    AnimatedGif,

    /// <summary>The bytes end before the size is known: more of them might help.</summary>
    Truncated,

    /// <summary>The header contradicts itself or tells a size outside 1 to <see cref="ImageSize.MaxSide"/>: more bytes would not help.</summary>
    Unreadable,
}
