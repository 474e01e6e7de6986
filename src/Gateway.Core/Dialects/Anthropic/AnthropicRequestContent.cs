using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>Writes the content of one message as blocks: texts, refusals as texts, pictures.</summary>
internal sealed class AnthropicRequestContent(ReadOnlyMemory<byte> body, ReadOnlyMemory<SizedImage> images, AnthropicRequestBody output)
{
    private static readonly string[] Known = ["type", "text", "refusal", "image_url", "image_file", "file", "cache_control", "prompt_cache_breakpoint"];

    /// <param name="message">Whose content it is.</param>
    /// <param name="begin">Called before each block.</param>
    /// <param name="blocks">Where they go.</param>
    public GatewayError? Write(AnthropicRequestMessage message, Action begin, AnthropicBlocks blocks)
    {
        if (AnthropicJson.IsString(message.Content))
        {
            WriteText(message.Content, begin, blocks);
        }
        else if (!message.Content.IsEmpty && WriteParts(message, begin, blocks) is { } error)
        {
            return error;
        }

        return Find(message.Index, ImagePart.Field) is { } field ? WriteImage(message, field, begin, blocks) : null;
    }

    /// <param name="text">A JSON string, or nothing. One without a character is left out.</param>
    public void WriteText(ReadOnlyMemory<byte> text, Action begin, AnthropicBlocks blocks)
    {
        if (text.Length <= 2)
        {
            return;
        }

        begin();
        blocks.Begin("{\"type\":\"text\",\"text\":"u8);
        output.Take(text);
    }

    private GatewayError? WriteParts(AnthropicRequestMessage message, Action begin, AnthropicBlocks blocks)
    {
        var reader = new Utf8JsonReader(message.Content.Span);
        reader.Read();
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; i++)
        {
            if (WritePart(ref reader, message, i, begin, blocks) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? WritePart(ref Utf8JsonReader reader, AnthropicRequestMessage message, int index, Action begin, AnthropicBlocks blocks)
    {
        var path = $"{message.Path}.content[{index}]";
        var (type, text, refusal, cache) = (default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>), default(ReadOnlyMemory<byte>));
        string? unsupported = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var value = AnthropicJson.Value(ref reader, message.Content);
            switch (name)
            {
                case "type":
                    type = value;
                    break;
                case "text":
                    text = value;
                    break;
                case "refusal":
                    refusal = value;
                    break;
                case "cache_control":
                    cache = value;
                    break;
            }

            unsupported ??= value.IsEmpty || Known.Contains(name) ? null : name;
        }

        var kind = type.IsEmpty ? null : JsonText.Unquote(type.Span);
        var image = Find(message.Index, index);
        if (kind is "input_audio" || (kind is "file" && image is null))
        {
            return GatewayError.ContentUnsupported(path, kind);
        }

        if (unsupported is not null)
        {
            return GatewayError.UnsupportedParameter($"{path}.{unsupported}");
        }

        if (AnthropicCacheControl.Refuse(cache, $"{path}.cache_control") is { } lifetime)
        {
            return lifetime;
        }

        var error = (kind, image) switch
        {
            (null, _) => GatewayError.MissingParameter($"{path}.type"),
            ("image_url" or "image_file" or "file", { } sized) => WriteImage(message, sized, begin, blocks),
            (_, not null) => GatewayError.InvalidValue($"{path}.type", "expected 'image_url', as the part holds one."),
            ("text", _) => WritePartText(text, $"{path}.text", begin, blocks),
            ("refusal", _) when message.Role == AnthropicRole.Assistant => WritePartText(refusal, $"{path}.refusal", begin, blocks),
            _ => GatewayError.InvalidValue($"{path}.type", "expected 'text' or 'image_url'."),
        };
        if (error is null)
        {
            blocks.Cache(cache);
        }

        return error;
    }

    private GatewayError? WritePartText(ReadOnlyMemory<byte> text, string path, Action begin, AnthropicBlocks blocks)
    {
        if (text.IsEmpty)
        {
            return GatewayError.MissingParameter(path);
        }

        if (!AnthropicJson.IsString(text))
        {
            return GatewayError.InvalidType(path, "a string", AnthropicJson.Describe(text));
        }

        WriteText(text, begin, blocks);
        return null;
    }

    private GatewayError? WriteImage(AnthropicRequestMessage message, in SizedImage image, Action begin, AnthropicBlocks blocks)
    {
        if (message.Role is not (AnthropicRole.User or AnthropicRole.Tool))
        {
            return GatewayError.InvalidValue(image.Part.Path, "this model's provider takes images in messages with role 'user' or 'tool' alone.");
        }

        begin();
        blocks.Begin("{\"type\":\"image\",\"source\":"u8);
        return AnthropicImage.WriteSource(output, body, image);
    }

    private SizedImage? Find(int message, int part)
    {
        // Images stand in the order of the body: those of one message side by side.
        var span = images.Span;
        var (from, to) = (0, span.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = span[middle].Part.Message < message ? (middle + 1, to) : (from, middle);
        }

        for (; from < span.Length && span[from].Part.Message == message; from++)
        {
            if (span[from].Part.Part == part)
            {
                return span[from];
            }
        }

        return null;
    }
}
