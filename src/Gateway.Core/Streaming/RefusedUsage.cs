namespace Gateway.Core.Streaming;

/// <summary>A usage that was not believed, kept to be told of.</summary>
/// <param name="Reported">As the provider gave it; see <see cref="UsageReader"/> for what stands in place of what is no number.</param>
/// <param name="Problem">What is wrong with it.</param>
public readonly record struct RefusedUsage(Usage Reported, UsageProblem Problem);
