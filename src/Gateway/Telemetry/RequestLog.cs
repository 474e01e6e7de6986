namespace Gateway.Telemetry;

/// <summary>One structured line for each request. It holds ids, counts and times; never content, keys or addresses of pictures.</summary>
internal sealed partial class RequestLog(ILogger<RequestLog> logger)
{
    public bool IsEnabled => logger.IsEnabled(LogLevel.Information);

    public void Write(in RequestLine line) => Log.Request(
        logger,
        line.RequestId,
        line.Method,
        line.Path,
        line.Status,
        line.Refusal,
        line.Tenant,
        line.Key,
        line.Model,
        line.Provider,
        line.UpstreamModel,
        line.Outcome,
        line.PromptTokens,
        line.CompletionTokens,
        line.Images,
        line.CostUsd,
        line.DurationMs,
        line.FirstTokenMs,
        line.TraceId);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{RequestId} {Method} {Path} {Status} {Refusal} tenant {TenantId} key {KeyId} model {Model} at {Provider} ({UpstreamModel}) {Outcome}: {PromptTokens} + {CompletionTokens} tokens, {Images} images, {CostUsd} USD, {DurationMs} ms, first token {FirstTokenMs} ms, trace {TraceId}")]
        public static partial void Request(
            ILogger logger,
            string requestId,
            string method,
            string path,
            int status,
            string? refusal,
            string? tenantId,
            string? keyId,
            string? model,
            string? provider,
            string? upstreamModel,
            string? outcome,
            long promptTokens,
            long completionTokens,
            int images,
            string? costUsd,
            long durationMs,
            long? firstTokenMs,
            string traceId);
    }
}
