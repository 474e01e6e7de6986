namespace Gateway.Simulator.Images;

/// <summary>An image of a request, counted once the model is known: its name may come last.</summary>
/// <param name="Size">Null = unknown.</param>
/// <param name="Detail">As the client wrote it, or null.</param>
internal readonly record struct SeenImage(ImageSize? Size, string? Detail);
