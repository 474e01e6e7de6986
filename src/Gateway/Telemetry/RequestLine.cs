namespace Gateway.Telemetry;

/// <summary>One request's line in the log. It holds ids, counts and times; never content, keys or addresses of pictures.</summary>
internal static class RequestLine
{
    /// <summary>For a machine: the members of its object.</summary>
    public static void Write(EndedRequest request, JsonMembers json)
    {
        json.Add(""","request_id":"""u8, request.RequestId);
        json.Add(""","method":"""u8, request.Method);
        json.Add(""","path":"""u8, request.Path);
        json.Add(""","status":"""u8, request.Status);
        json.Add(""","refusal":"""u8, request.Refusal);
        json.Add(""","replay_of":"""u8, request.ReplayOf);
        json.Add(""","tenant_id":"""u8, request.Tenant);
        json.Add(""","key_id":"""u8, request.Key);
        if (request.Target is { } target)
        {
            json.Add(""","model":"""u8, target.Card.Id);
            json.Add(""","provider":"""u8, target.Deployment.Provider.Name);
            json.Add(""","upstream_model":"""u8, target.Deployment.Model);
        }

        if (request.IsObserved)
        {
            json.Add(""","outcome":"""u8, request.Outcome);
        }

        var billed = request.Billed.GetValueOrDefault();
        json.Add(""","prompt_tokens":"""u8, billed.PromptTokens);
        json.Add(""","completion_tokens":"""u8, billed.CompletionTokens);
        json.Add(""","images":"""u8, request.Images);
        if (request.Billed is not null)
        {
            json.Add(""","cost_usd":"""u8, billed.Amount.ToString());
        }

        json.Add(""","duration_ms":"""u8, (long)request.Elapsed.TotalMilliseconds);
        json.Add(""","own_ms":"""u8, (long)request.Own.TotalMilliseconds);
        if (request.FirstTokenMs is { } firstTokenMs)
        {
            json.Add(""","first_token_ms":"""u8, firstTokenMs);
        }

        json.Add(""","trace_id":"""u8, request.TraceId);
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
}
