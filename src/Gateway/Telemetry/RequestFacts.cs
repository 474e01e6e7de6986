using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;

namespace Gateway.Telemetry;

/// <summary>What the end of one request of the inference API tells the instruments.</summary>
internal readonly record struct RequestFacts
{
    /// <summary>Null where nobody was let in.</summary>
    public required string? Tenant { get; init; }

    /// <summary>One of a few words.</summary>
    public required string Outcome { get; init; }

    public required int Status { get; init; }

    /// <summary>As the GenAI conventions name it: <c>chat</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Who served, or would have; null for a request that got no further than its model.</summary>
    public required Target? Target { get; init; }

    /// <summary>What came of it; null where nothing was sent.</summary>
    public required Observation? Observation { get; init; }

    /// <summary>Null where there is no row.</summary>
    public required Bill? Bill { get; init; }

    public required bool IsStream { get; init; }

    /// <summary>The limit that refused it, or null.</summary>
    public required RefusingLimit? Limit { get; init; }

    /// <summary>From its arrival to its end.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Of that, what was spent on providers and on the client's sending.</summary>
    public required TimeSpan Elsewhere { get; init; }
}
