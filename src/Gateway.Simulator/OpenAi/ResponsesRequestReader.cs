using System.Text;
using System.Text.Json;
using Gateway.Simulator.Answers;
using Gateway.Simulator.Images;

namespace Gateway.Simulator.OpenAi;

/// <summary>
/// Reads a request to the Responses API. Prompt tokens are an estimate: 2 to prime, 4 an item and for the instructions, a quarter of the
/// characters of each text rounded up, images by the rule of the model, wherever in an item they are.
/// </summary>
internal static class ResponsesRequestReader
{
    private const int ToPrime = TextTokens.ToPrime - 1;

    private static readonly string[] Echoed = ["instructions", "max_output_tokens", "metadata", "previous_response_id", "store", "temperature", "text", "tool_choice", "tools", "top_p", "user"];

    /// <summary>The request, or null where the body is no JSON object.</summary>
    public static ResponsesRequest? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new Utf8JsonReader(body);
            var whole = JsonElement.ParseValue(ref json);

            // Reading on finds what must not follow.
            json.Read();
            return whole.ValueKind is JsonValueKind.Object ? Read(whole) : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half a surrogate pair.
            return null;
        }
    }

    private static ResponsesRequest Read(JsonElement body)
    {
        var request = new ResponsesRequest { PromptTokens = ToPrime };
        foreach (var name in Echoed)
        {
            if (body.TryGetProperty(name, out var value))
            {
                request.Echo[name] = value.GetRawText();
            }
        }

        if (Text(body, "model") is { } model)
        {
            request.Name(model);
        }

        request.Stream = Is(body, "stream", JsonValueKind.True);
        request.Store = !Is(body, "store", JsonValueKind.False);
        request.OneCall = Is(body, "parallel_tool_calls", JsonValueKind.False);
        request.PreviousResponseId = Text(body, "previous_response_id");
        if (body.TryGetProperty("max_output_tokens", out var most) && most.ValueKind is JsonValueKind.Number && most.TryGetInt32(out var tokens))
        {
            request.MaxTokens = Math.Max(tokens, 0);
        }

        if (body.TryGetProperty("instructions", out var instructions) && instructions.ValueKind is JsonValueKind.String)
        {
            request.PromptTokens += TextTokens.PerMessage;
            Count(instructions, request);
        }

        if (body.TryGetProperty("input", out var input))
        {
            ReadInput(input, request);
        }

        ReadTools(body, request);
        ReadFormat(body, request);
        request.Thinks = body.TryGetProperty("reasoning", out var reasoning) && reasoning.ValueKind is JsonValueKind.Object && Text(reasoning, "summary") is not null;
        return request;
    }

    private static void ReadInput(JsonElement input, ResponsesRequest request)
    {
        if (input.ValueKind is JsonValueKind.String)
        {
            request.Messages = 1;
            request.PromptTokens += TextTokens.PerMessage;
            Count(input, request);
            Ask(input, input, request);
            request.Items.Add($$"""{"type":"message","role":"user","content":[{"type":"input_text","text":{{input.GetRawText()}}}]}""");
        }
        else if (input.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in input.EnumerateArray())
            {
                if (item.ValueKind is JsonValueKind.Object)
                {
                    ReadItem(item, request);
                }
            }
        }
    }

    private static void ReadItem(JsonElement item, ResponsesRequest request)
    {
        request.Messages++;
        request.PromptTokens += TextTokens.PerMessage;
        request.Items.Add(item.GetRawText());
        var type = Text(item, "type");
        if (type is "item_reference" or "reasoning" && Text(item, "encrypted_content") is null or "" && Text(item, "id") is { } id)
        {
            request.References.Add(id);
        }

        foreach (var name in (string[])["content", "output", "arguments", "input"])
        {
            if (item.TryGetProperty(name, out var value))
            {
                ReadContent(value, isAsked: name is "content" && Text(item, "role") is "user", request);
            }
        }
    }

    private static void ReadContent(JsonElement content, bool isAsked, ResponsesRequest request)
    {
        if (content.ValueKind is JsonValueKind.String)
        {
            Count(content, request);
            if (isAsked)
            {
                Ask(content, content, request);
            }
        }
        else if (content.ValueKind is JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray().Where(part => part.ValueKind is JsonValueKind.Object))
            {
                if (part.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String)
                {
                    Count(text, request);
                    if (isAsked)
                    {
                        Ask(text, content, request);
                    }
                }

                if (Text(part, "type") is "input_image")
                {
                    request.Images++;
                    request.PromptTokens += OpenAiCount.Tokens(request.Model, SizeOf(part), Text(part, "detail"));
                }
            }
        }
    }

    private static ImageSize? SizeOf(JsonElement part) => Text(part, "image_url") is { } url ? DataUrl.ReadSize(Encoding.UTF8.GetBytes(url)) : null;

    private static void ReadTools(JsonElement body, ResponsesRequest request)
    {
        if (body.TryGetProperty("tools", out var tools) && tools.ValueKind is JsonValueKind.Array)
        {
            request.Tools = [.. tools.EnumerateArray().Where(tool => tool.ValueKind is JsonValueKind.Object).Select(tool => Text(tool, "name")).OfType<string>()];
        }

        if (body.TryGetProperty("tool_choice", out var choice))
        {
            var word = choice.ValueKind is JsonValueKind.String ? choice.GetString() : null;
            request.MayNotCall = word is "none";
            request.MustCall = word is "required";
            request.NamedTool = choice.ValueKind is JsonValueKind.Object ? Text(choice, "name") : null;
        }
    }

    private static void ReadFormat(JsonElement body, ResponsesRequest request)
    {
        if (body.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.Object
            && text.TryGetProperty("format", out var format) && format.ValueKind is JsonValueKind.Object)
        {
            request.WantedJson = Text(format, "type") switch
            {
                "json_object" => "{}",
                "json_schema" when format.TryGetProperty("schema", out var schema) => SchemaSample.Of(schema),
                _ => null,
            };
        }
    }

    private static void Ask(JsonElement text, JsonElement content, ResponsesRequest request)
    {
        request.Question = Quote.Read(Encoding.UTF8.GetBytes(text.GetRawText()));
        request.LastUserContent = content.GetRawText();
    }

    private static void Count(JsonElement text, ResponsesRequest request) =>
        request.PromptTokens += TextTokens.Count(Encoding.UTF8.GetBytes(text.GetRawText()).AsSpan()[1..^1]);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool Is(JsonElement parent, string name, JsonValueKind kind) => parent.TryGetProperty(name, out var value) && value.ValueKind == kind;
}
