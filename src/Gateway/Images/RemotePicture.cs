namespace Gateway.Images;

/// <summary>A remote image that was to be had whole.</summary>
/// <param name="Image">What was learned of it.</param>
/// <param name="Bytes">All of it, where it is known; else nothing. The memory is the request's <see cref="HeldPictures"/>'.</param>
internal readonly record struct RemotePicture(RemoteImage Image, ArraySegment<byte> Bytes);
