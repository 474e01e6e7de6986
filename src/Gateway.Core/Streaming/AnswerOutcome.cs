namespace Gateway.Core.Streaming;

/// <summary>How an answer ended; <c>outcome</c> of the ledger row.</summary>
public enum AnswerOutcome
{
    Completed,

    /// <summary>The client went away before the end.</summary>
    ClientDisconnected,

    /// <summary>The provider was unreachable, refused, broke off, or sent what cannot be read.</summary>
    UpstreamFailed,

    /// <summary>The provider took longer than the model's timeouts allow, or than a gateway that stops could wait.</summary>
    TimedOut,
}
