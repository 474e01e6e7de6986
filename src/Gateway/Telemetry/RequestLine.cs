using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>One request's line in the log. It holds ids, counts and times; never content, keys or addresses of pictures.</summary>
internal static class RequestLine
{
    private static readonly JsonEncodedText RequestId = JsonEncodedText.Encode("request_id");
    private static readonly JsonEncodedText Method = JsonEncodedText.Encode("method");
    private static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText Refusal = JsonEncodedText.Encode("refusal");
    private static readonly JsonEncodedText ReplayOf = JsonEncodedText.Encode("replay_of");
    private static readonly JsonEncodedText Tenant = JsonEncodedText.Encode("tenant_id");
    private static readonly JsonEncodedText Key = JsonEncodedText.Encode("key_id");
    private static readonly JsonEncodedText Model = JsonEncodedText.Encode("model");
    private static readonly JsonEncodedText Provider = JsonEncodedText.Encode("provider");
    private static readonly JsonEncodedText UpstreamModel = JsonEncodedText.Encode("upstream_model");
    private static readonly JsonEncodedText Outcome = JsonEncodedText.Encode("outcome");
    private static readonly JsonEncodedText PromptTokens = JsonEncodedText.Encode("prompt_tokens");
    private static readonly JsonEncodedText CompletionTokens = JsonEncodedText.Encode("completion_tokens");
    private static readonly JsonEncodedText Images = JsonEncodedText.Encode("images");
    private static readonly JsonEncodedText CostUsd = JsonEncodedText.Encode("cost_usd");
    private static readonly JsonEncodedText DurationMs = JsonEncodedText.Encode("duration_ms");
    private static readonly JsonEncodedText OwnMs = JsonEncodedText.Encode("own_ms");
    private static readonly JsonEncodedText FirstTokenMs = JsonEncodedText.Encode("first_token_ms");
    private static readonly JsonEncodedText TraceId = JsonEncodedText.Encode("trace_id");

    /// <summary>For a machine: members of a JSON object that is begun, and goes on.</summary>
    public static void Write(EndedRequest request, Utf8JsonWriter json)
    {
        json.WriteString(RequestId, request.RequestId);
        json.WriteString(Method, request.Method);
        json.WriteString(Path, request.Path);
        json.WriteNumber(Status, request.Status);
        Write(json, Refusal, request.Refusal);
        Write(json, ReplayOf, request.ReplayOf);
        Write(json, Tenant, request.Tenant);
        Write(json, Key, request.Key);
        if (request.Target is { } target)
        {
            json.WriteString(Model, target.Card.Id);
            json.WriteString(Provider, target.Deployment.Provider.Name);
            json.WriteString(UpstreamModel, target.Deployment.Model);
        }

        if (request.IsObserved)
        {
            json.WriteString(Outcome, request.Outcome);
        }

        var billed = request.Billed.GetValueOrDefault();
        json.WriteNumber(PromptTokens, billed.PromptTokens);
        json.WriteNumber(CompletionTokens, billed.CompletionTokens);
        json.WriteNumber(Images, request.Images);
        if (request.Billed is not null)
        {
            json.WriteString(CostUsd, billed.Amount.ToString());
        }

        json.WriteNumber(DurationMs, (long)request.Elapsed.TotalMilliseconds);
        json.WriteNumber(OwnMs, (long)request.Own.TotalMilliseconds);
        if (request.FirstTokenMs is { } firstTokenMs)
        {
            json.WriteNumber(FirstTokenMs, firstTokenMs);
        }

        json.WriteString(TraceId, request.TraceId);
    }

    /// <summary>For the eye.</summary>
    public static void Write(EndedRequest request, TextWriter output)
    {
        var end = request.Refusal ?? (request.IsObserved ? request.Outcome : request.ReplayOf);
        output.Write($"{request.RequestId} {request.Method} {request.Path} {request.Status} {end} {(long)request.Elapsed.TotalMilliseconds} ms");
        if (request.Target is { Card.Id: var model, Deployment: var deployment })
        {
            var billed = request.Billed.GetValueOrDefault();
            output.Write($", {model} at {deployment.Provider.Name} ({deployment.Model}), {billed.PromptTokens} + {billed.CompletionTokens} tokens, {request.Images} images, {billed.Amount} USD");
        }
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
