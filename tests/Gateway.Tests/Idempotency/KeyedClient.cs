using System.Text;
using Gateway.Testing;

namespace Gateway.Tests.Idempotency;

/// <summary>Asks with an <c>Idempotency-Key</c>.</summary>
internal static class KeyedClient
{
    public static async Task<HttpResponseMessage> AskAsync(this GatewayApp app, string idempotencyKey, string body, string? key = null)
    {
        using var client = app.Client(key);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await GatewayApp.ChatAsync(client, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead);
    }

    /// <summary>All of an answer that a repeat must have in common with the first: status, body, and the headers that tell what served and cost.</summary>
    public static async Task<string> EssenceAsync(this HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key.ToLowerInvariant() is "content-type" or "cache-control" or "x-accel-buffering" or "x-gateway-cost-usd" or "x-gateway-provider" or "x-gateway-model")
            .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .Select(header => $"{header.Key.ToLowerInvariant()}: {string.Join(',', header.Value)}");
        return $"{(int)response.StatusCode}\n{string.Join('\n', headers)}\n{Convert.ToBase64String(await response.Content.ReadAsByteArrayAsync())}";
    }
}
