namespace Gateway.Core.Streaming;

/// <summary>What an event is to a response's stream.</summary>
public enum ResponsesEventKind
{
    /// <summary>One that goes on as it is.</summary>
    Other,

    /// <summary>It adds text to the answer.</summary>
    Delta,

    /// <summary><c>response.completed</c> or <c>response.incomplete</c>: the answer's end.</summary>
    Completed,

    /// <summary><c>response.failed</c>: the end, without all of an answer.</summary>
    Failed,

    /// <summary><c>error</c>, or an error without a type.</summary>
    Error,
}
