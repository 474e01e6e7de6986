using System.Text.Json.Nodes;

namespace Gateway.Tests.Pipeline;

/// <summary>Reads what a client got.</summary>
internal static class Answers
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    public static async Task<JsonNode> ErrorAsync(this HttpResponseMessage response) => (await response.JsonAsync())["error"]!;

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? values.Single() : null;

    /// <summary>The data of each event, <c>[DONE]</c> included; comments are left out.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(this HttpResponseMessage response) =>
        [.. (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(text => text.StartsWith("data: ", StringComparison.Ordinal)).Select(text => text["data: ".Length..])];

    public static string TextOf(IEnumerable<string> events) => string.Concat(events.Where(data => data != "[DONE]")
        .Select(data => JsonNode.Parse(data)!["choices"]!.AsArray() is [{ } choice, ..] ? (string?)choice["delta"]?["content"] : null));
}
