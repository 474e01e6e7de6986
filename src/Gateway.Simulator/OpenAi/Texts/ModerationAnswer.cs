using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.OpenAi.Texts;

/// <summary>A verdict on each text, or one on all parts. A text that names a category is of it; nothing is told of what that used.</summary>
internal static class ModerationAnswer
{
    public const string UsualModel = "omni-moderation-latest";

    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent",
        "sexual", "sexual/minors", "violence", "violence/graphic",
    ];

    public static async Task SendAsync(HttpResponse response, TextRequest request, Behavior behavior, long number, TimeProvider time, CancellationToken cancellationToken)
    {
        using var buffer = new Utf8Buffer();
        buffer.Raw("{\"id\":\"modr-sim"u8);
        buffer.Hex(number);
        buffer.Raw("\",\"model\":"u8);
        buffer.Quoted(behavior.DatedModel == true ? $"{request.Model}-2024-09-26" : request.Model);
        buffer.Raw(",\"results\":["u8);
        var texts = request.HasParts ? [string.Join('\n', request.Texts)] : request.Texts;
        for (var i = 0; i < texts.Count; i++)
        {
            buffer.Raw(i == 0 ? ""u8 : ","u8);
            WriteResult(texts[i], request.Texts.Count > 0, request.Images > 0, buffer);
        }

        buffer.Raw("]}"u8);
        await JsonAnswer.SendAsync(response, buffer.Memory, behavior, time, cancellationToken);
    }

    private static void WriteResult(string text, bool hasText, bool hasImage, Utf8Buffer to)
    {
        bool[] found = [.. Categories.Select(category => text.Contains(category, StringComparison.OrdinalIgnoreCase))];
        var types = (hasText, hasImage) switch
        {
            (true, true) => "[\"text\",\"image\"]",
            (true, false) => "[\"text\"]",
            _ => "[\"image\"]",
        };
        to.Json($"{{\"flagged\":{(found.Contains(true) ? "true" : "false")}");
        Write("categories", i => found[i] ? "true" : "false");
        Write("category_scores", i => found[i] ? "0.98" : "0.0000125");
        Write("category_applied_input_types", _ => types);
        to.Raw("}"u8);

        void Write(string name, Func<int, string> value) =>
            to.Json($",\"{name}\":{{{string.Join(',', Categories.Select((category, i) => $"\"{category}\":{value(i)}"))}}}");
    }
}
