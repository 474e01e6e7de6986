using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Tests.Responses;

/// <summary>Calls to <c>/v1/responses</c>, and what comes of them.</summary>
internal static class ResponsesCalls
{
    public static async Task<HttpResponseMessage> RespondAsync(this GatewayApp app, string body, string? key = null, string path = "/v1/responses", string? idempotencyKey = null)
    {
        using var client = app.Client(key);
        if (idempotencyKey is not null)
        {
            client.DefaultRequestHeaders.Add("Idempotency-Key", idempotencyKey);
        }

        return await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseContentRead);
    }

    public static async Task<HttpResponseMessage> SendAsync(this GatewayApp app, HttpMethod method, string path, string? key = null)
    {
        using var client = app.Client(key);
        return await client.SendAsync(new HttpRequestMessage(method, path));
    }

    /// <summary>Each block between blank lines: events and comments.</summary>
    public static async Task<string[]> BlocksAsync(this HttpResponseMessage response) =>
        (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The name of an event and its data.</summary>
    public static (string Name, JsonNode Data) Event(string block)
    {
        var lines = block.Split('\n');
        return (lines[0]["event: ".Length..], JsonNode.Parse(lines[1]["data: ".Length..])!);
    }
}
