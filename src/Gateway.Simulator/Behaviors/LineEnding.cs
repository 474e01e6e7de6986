namespace Gateway.Simulator.Behaviors;

/// <summary>The line ends of an event stream; the SSE specification allows all three.</summary>
public enum LineEnding
{
    Lf,
    CrLf,
    Cr,
}
