namespace Gateway.Testing.Soak;

/// <summary>What became of a request, as its client saw it.</summary>
internal sealed record SoakCall
{
    public required SoakRequest Request { get; init; }

    /// <summary>The number of the gateway that was asked.</summary>
    public required int Node { get; init; }

    /// <summary>Before anything was sent.</summary>
    public required DateTimeOffset Began { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>0 where no answer began.</summary>
    public int Status { get; init; }

    /// <summary>The gateway's own, or null where no answer began.</summary>
    public string? RequestId { get; init; }

    /// <summary>The answer arrived to its end: <c>[DONE]</c>, or a whole JSON body, of status 200.</summary>
    public bool IsComplete { get; init; }

    /// <summary>As the gateway told it, or null.</summary>
    public string? Cost { get; init; }

    /// <summary>The code of an error, of an answer or in a stream, or null.</summary>
    public string? Code { get; init; }

    /// <summary>What broke it off, or null.</summary>
    public string? Failure { get; init; }

    public DateTimeOffset Ended => Began + Took;

    public override string ToString() =>
        $"{Request.Tag} {Request.Model}{(Request.Stream ? " stream" : "")} of {Request.Tenant.Name} at gateway {Node}, {Began:HH:mm:ss.fff} + {Took.TotalMilliseconds:F0} ms: "
        + $"{Status} {RequestId} {(IsComplete ? "complete" : "incomplete")} cost {Cost ?? "-"} {Code} {Failure}";
}
