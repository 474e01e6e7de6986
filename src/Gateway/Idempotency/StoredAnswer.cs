using Gateway.Core.Pricing;

namespace Gateway.Idempotency;

/// <summary>What is kept of an answer beside its bytes.</summary>
/// <param name="RequestId">Of the request that was answered, and charged.</param>
/// <param name="Status">The HTTP status, of the 2xx.</param>
/// <param name="Cost">For the cost header; null where the bytes tell it, as a stream's do.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record StoredAnswer(string RequestId, int Status, string ContentType, string Provider, string Model, Money? Cost, int Bytes);
