namespace Gateway.Telemetry;

/// <summary>The facts of one request's line in the log.</summary>
internal readonly struct RequestLine
{
    public required string RequestId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required int Status { get; init; }

    public string? Refusal { get; init; }

    public string? Tenant { get; init; }

    public string? Key { get; init; }

    public string? Model { get; init; }

    public string? Provider { get; init; }

    public string? UpstreamModel { get; init; }

    public string? Outcome { get; init; }

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    public int Images { get; init; }

    public string? CostUsd { get; init; }

    public required long DurationMs { get; init; }

    public long? FirstTokenMs { get; init; }

    public required string TraceId { get; init; }
}
