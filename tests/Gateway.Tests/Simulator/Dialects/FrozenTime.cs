namespace Gateway.Tests.Simulator.Dialects;

/// <summary>Tells one time for ever; timers are the system's.</summary>
internal sealed class FrozenTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);
}
