using System.Net.Http.Headers;
using System.Text;
using Gateway.Telemetry.Tracing;
using Microsoft.Extensions.Primitives;

namespace Gateway.Forwarding;

/// <summary>The head of a request to a provider: its URL, an allow-list of the client's headers, and the provider's own credential; the caller's key never.</summary>
internal static class UpstreamHead
{
    // Of all values of one header that goes on.
    private const int LongestHeader = 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <param name="context">The client's.</param>
    /// <param name="request">What is sent, and to whom.</param>
    /// <param name="head">Takes it. The proxy made its content because the client's request had a body.</param>
    public static void Write(HttpContext context, ForwardRequest request, HttpRequestMessage head)
    {
        var deployment = request.Target.Deployment;
        head.RequestUri = deployment.AddressOf(request.Passage.Route, request.Stream);
        head.Headers.TryAddWithoutValidation("Accept", request.Stream ? "text/event-stream" : request.Endpoint.Accepts);

        foreach (var name in request.Passage.ClientHeaders)
        {
            if (context.Request.Headers.TryGetValue(name, out var values) && IsFit(values))
            {
                head.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        head.Headers.TryAddWithoutValidation("X-Client-Request-Id", request.RequestId);
        TraceHeaders.Write(head.Headers, context);
        foreach (var (name, text) in deployment.Provider.Dialect.Headers)
        {
            if (!head.Headers.Contains(name))
            {
                head.Headers.TryAddWithoutValidation(name, text);
            }
        }

        if (request.Credential is { } credential)
        {
            head.Headers.TryAddWithoutValidation(credential.Header, credential.Value);
        }

        var content = head.Content!.Headers;
        content.ContentType = request.Parsed.Form is null ? Json : null;
        if (request.Parsed.Form is { } form)
        {
            content.TryAddWithoutValidation("Content-Type", form.ContentType);
        }

        content.ContentLength = request.Body.Length;
    }

    private static bool IsFit(StringValues values)
    {
        var length = 0;
        foreach (var value in values)
        {
            length += value?.Length ?? 0;
            if (value is null || length > LongestHeader || !Ascii.IsValid(value))
            {
                return false;
            }
        }

        return length > 0;
    }
}
