using Gateway.Core.Images;

namespace Gateway.Core.Requests;

/// <summary>An image part, looked at.</summary>
/// <param name="Part">Where it stands.</param>
/// <param name="Header">What its header says, or null where its size could not be learnt and the largest image is assumed.</param>
public readonly record struct SizedImage(ImagePart Part, ImageHeader? Header)
{
    /// <summary>The base64 of an uploaded image, to be sent in place of its id; null for an image of another source.</summary>
    public StreamedInsert? Content { get; init; }
}
