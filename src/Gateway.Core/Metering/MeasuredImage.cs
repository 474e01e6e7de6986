using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>One image part, counted as the upstream model will.</summary>
/// <param name="Part">Where it stands.</param>
/// <param name="Header">What its header says, or null where it was not looked at and the largest image is assumed.</param>
/// <param name="Count">Its tokens.</param>
public readonly record struct MeasuredImage(ImagePart Part, ImageHeader? Header, ImageCount Count);
