namespace Gateway.Benchmarks.Driving;

/// <summary>A chat completion as it is sent.</summary>
internal sealed record DriveRequest(string Body, string? BearerKey);
