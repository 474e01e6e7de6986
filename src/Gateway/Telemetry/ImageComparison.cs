namespace Gateway.Telemetry;

/// <summary>The pictures of one request.</summary>
/// <param name="Billed">Their tokens by the provider, 0 or more.</param>
/// <param name="Counted">Their tokens as counted before, 1 or more.</param>
internal readonly record struct ImageComparison(long Billed, long Counted);
