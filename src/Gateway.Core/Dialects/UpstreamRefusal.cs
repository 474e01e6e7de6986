namespace Gateway.Core.Dialects;

/// <summary>A provider's error body, read but not judged.</summary>
/// <param name="Status">The provider's HTTP status.</param>
/// <param name="Type">Its error type, or null.</param>
/// <param name="Code">Its error code, or null.</param>
/// <param name="Param">The parameter it names, or null.</param>
/// <param name="Message">Its message, or null where the body is none that can be read.</param>
/// <param name="TraceId">Its own trace id, for the log.</param>
public sealed record UpstreamRefusal(int Status, string? Type, string? Code, string? Param, string? Message, string? TraceId)
{
    /// <summary>When to try again, where the body says so; null where it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
