using Gateway.Core.Callers;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Idempotency;

namespace Gateway.Ledger;

/// <summary>All that a row says of a request, but for its bill.</summary>
internal readonly struct SettledRequest
{
    public required string RequestId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string TraceId { get; init; }

    public required string Endpoint { get; init; }

    public required Caller Caller { get; init; }

    public required Target Target { get; init; }

    public required bool Stream { get; init; }

    /// <inheritdoc cref="ParsedRequest.EndUser"/>
    public required string? EndUser { get; init; }

    /// <inheritdoc cref="ParsedRequest.Tags"/>
    public required string? Tags { get; init; }

    public required Measurement Measurement { get; init; }

    public required Observation Observation { get; init; }

    public required TimeSpan Latency { get; init; }

    /// <summary>The end of the request's idempotency key, for the row's transaction; null without one.</summary>
    public AnswerCompletion? Completion { get; init; }
}
