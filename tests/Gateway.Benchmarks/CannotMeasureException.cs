namespace Gateway.Benchmarks;

/// <summary>Something that a measurement needs is absent or did not start; the message says what.</summary>
public sealed class CannotMeasureException(string message) : Exception(message);
