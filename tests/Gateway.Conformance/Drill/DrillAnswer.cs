namespace Gateway.Conformance.Drill;

/// <summary>What one request of the load came to.</summary>
/// <param name="Began">When it was asked for.</param>
/// <param name="Ended">When its answer was there.</param>
/// <param name="Model">What for.</param>
/// <param name="Node">Who answered; null where nobody did.</param>
/// <param name="Status">0 where nobody did.</param>
/// <param name="Code">Of a refusal.</param>
internal sealed record DrillAnswer(DateTimeOffset Began, DateTimeOffset Ended, string Model, string? Node, int Status, string? Code);
