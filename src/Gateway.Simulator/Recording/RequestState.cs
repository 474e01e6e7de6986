namespace Gateway.Simulator.Recording;

/// <summary>How far a request has come.</summary>
public enum RequestState
{
    InProgress,

    /// <summary>The answer was sent whole.</summary>
    Answered,

    /// <summary>The client went before the answer was sent whole.</summary>
    ClientGone,

    /// <summary>The simulator broke the connection, as its behaviour said.</summary>
    Cut,
}
