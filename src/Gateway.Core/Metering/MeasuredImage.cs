using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Metering;

/// <summary>One image, counted as the upstream model will.</summary>
/// <param name="Image">Where it stands, and what its header says.</param>
/// <param name="Count">Its tokens.</param>
public readonly record struct MeasuredImage(SizedImage Image, ImageCount Count);
