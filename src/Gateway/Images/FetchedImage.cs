namespace Gateway.Images;

/// <summary>What a fetch found.</summary>
/// <param name="Image">What was learned.</param>
/// <param name="Fresh">How long it may be remembered; zero = not at all.</param>
internal readonly record struct FetchedImage(RemoteImage Image, TimeSpan Fresh);
