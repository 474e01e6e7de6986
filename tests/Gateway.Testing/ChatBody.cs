using System.Text.Json;

namespace Gateway.Testing;

/// <summary>Chat bodies for tests that do not care about their form.</summary>
public static class ChatBody
{
    public static string Text(string text, string model = "gpt-4o", bool stream = false, string more = "") =>
        $$"""{"model":{{JsonSerializer.Serialize(model)}},"messages":[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}],"stream":{{(stream ? "true" : "false")}}{{more}}}""";

    public static string Image(string url, string text = "What's in this image?", string model = "gpt-4o", string? detail = null, bool stream = false) =>
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":[{"type":"text","text":{{JsonSerializer.Serialize(text)}}},{{Part(url, detail)}}]}]}""";

    public static string Part(string url, string? detail = null) =>
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + (detail is null ? "\"}}" : $"\",\"detail\":\"{detail}\"}}}}");
}
