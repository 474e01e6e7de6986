namespace Gateway.Simulator.Behaviors;

/// <summary>How an answer reports its usage.</summary>
public enum UsageReport
{
    /// <summary>As OpenAI does.</summary>
    Normal,

    /// <summary>No usage anywhere, not even where it was asked for.</summary>
    Omitted,

    /// <summary><c>"usage": null</c> where the numbers belong.</summary>
    Null,

    /// <summary>Every number is zero.</summary>
    Zero,

    /// <summary>On the chunk with the finish reason, without a chunk of its own, asked for or not.</summary>
    OnLast,

    /// <summary>On every chunk, growing, asked for or not.</summary>
    Running,
}
