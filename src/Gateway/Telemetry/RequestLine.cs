using System.Globalization;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>
/// The facts of one request's line in the log, as one value of a log event: a property for each would cost more than the rest of the line.
/// It holds ids, counts and times; never content, keys or addresses of pictures.
/// </summary>
internal sealed class RequestLine : LogEventPropertyValue
{
    public required string RequestId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required int Status { get; init; }

    public string? Refusal { get; init; }

    public string? ReplayOf { get; init; }

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

    /// <summary>Of the duration, without providers, waits before retries and the client's sending.</summary>
    public long OwnMs { get; init; }

    public long? FirstTokenMs { get; init; }

    public required string TraceId { get; init; }

    /// <summary>For the eye.</summary>
    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null)
    {
        output.Write($"{RequestId} {Method} {Path} {Status} {Refusal ?? Outcome ?? ReplayOf} {DurationMs} ms");
        if (Model is not null)
        {
            output.Write($", {Model} at {Provider} ({UpstreamModel}), {PromptTokens} + {CompletionTokens} tokens, {Images} images, {CostUsd ?? "0"} USD");
        }
    }

    /// <summary>For a machine: members of a JSON object that goes on.</summary>
    public void WriteTo(TextWriter output)
    {
        Write(output, "request_id", RequestId);
        Write(output, "method", Method);
        Write(output, "path", Path);
        Write(output, "status", Status);
        Write(output, "refusal", Refusal);
        Write(output, "replay_of", ReplayOf);
        Write(output, "tenant_id", Tenant);
        Write(output, "key_id", Key);
        Write(output, "model", Model);
        Write(output, "provider", Provider);
        Write(output, "upstream_model", UpstreamModel);
        Write(output, "outcome", Outcome);
        Write(output, "prompt_tokens", PromptTokens);
        Write(output, "completion_tokens", CompletionTokens);
        Write(output, "images", Images);
        Write(output, "cost_usd", CostUsd);
        Write(output, "duration_ms", DurationMs);
        Write(output, "own_ms", OwnMs);
        if (FirstTokenMs is { } firstTokenMs)
        {
            Write(output, "first_token_ms", firstTokenMs);
        }

        Write(output, "trace_id", TraceId);
    }

    private static void Write(TextWriter output, string name, string? value)
    {
        if (value is not null)
        {
            Name(output, name);
            JsonLineFormatter.WriteString(output, value);
        }
    }

    private static void Write(TextWriter output, string name, long value)
    {
        Name(output, name);
        Span<char> digits = stackalloc char[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        output.Write(digits[..length]);
    }

    private static void Name(TextWriter output, string name)
    {
        output.Write(",\"");
        output.Write(name);
        output.Write("\":");
    }
}
