namespace Gateway.Benchmarks.Driving;

/// <summary>What one drive saw.</summary>
/// <param name="Completed">Answers with a status, whatever it was.</param>
/// <param name="Failed">Answers that were no 2xx, and connections that broke.</param>
/// <param name="Duration">From the first request to the last answer.</param>
/// <param name="P50">Latency that half of the answers stayed within.</param>
/// <param name="P99">Latency that 99 of 100 answers stayed within.</param>
internal readonly record struct DriveResult(long Completed, long Failed, TimeSpan Duration, TimeSpan P50, TimeSpan P99);
