namespace Gateway.Benchmarks.Streams;

/// <summary>What the clients of one round saw.</summary>
/// <param name="GapMicroseconds">From each chunk to the next of the same stream, where the later one came within the window.</param>
/// <param name="Failures">Why streams failed, one line each: a status, a break, fewer chunks than were sent.</param>
internal sealed record StreamResult(IReadOnlyList<int> GapMicroseconds, IReadOnlyList<string> Failures);
