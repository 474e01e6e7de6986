namespace Gateway.Benchmarks.Streams;

/// <summary>
/// When the streams of one round begin and end. They begin one after the other, out of step with each other as real ones are, and are measured in
/// between, when all have begun and none has ended.
/// </summary>
/// <param name="Streams">How many.</param>
/// <param name="Pace">From one chunk to the next.</param>
/// <param name="Ramp">How long beginning takes.</param>
/// <param name="Measured">How long is measured.</param>
internal sealed record StreamPlan(int Streams, TimeSpan Pace, TimeSpan Ramp, TimeSpan Measured)
{
    // For the last stream's connection and first chunk.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private const int Seed = 7;

    public TimeSpan WindowStart => Ramp + Settle;

    public TimeSpan WindowEnd => WindowStart + Measured;

    /// <summary>Chunks of each stream: the first to begin is still under way when the window ends.</summary>
    public int Chunks => (int)Math.Ceiling((WindowEnd + Pace) / Pace) + 1;

    /// <summary>When each stream begins, in order.</summary>
    public TimeSpan[] Starts()
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Streams).Select(_ => Ramp * random.NextDouble()).Order()];
    }
}
