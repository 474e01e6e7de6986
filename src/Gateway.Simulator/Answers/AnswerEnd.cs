namespace Gateway.Simulator.Answers;

/// <summary>Why an answer ends; each dialect has its own words for it.</summary>
internal enum AnswerEnd
{
    Stop,

    /// <summary>The request's own maximum of tokens cut it.</summary>
    Length,

    ToolCalls,

    /// <summary>The model would not answer.</summary>
    Refusal,
}
