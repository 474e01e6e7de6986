namespace Gateway.Benchmarks.Driving;

/// <summary>A chat completion as it is sent.</summary>
/// <param name="HasIdempotencyKey">Whether each one has an <c>Idempotency-Key</c> of its own.</param>
internal sealed record DriveRequest(string Body, string? BearerKey, bool HasIdempotencyKey = false);
