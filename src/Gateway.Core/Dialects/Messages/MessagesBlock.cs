using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Messages;

/// <summary>One content block of a Messages body that was found well formed before, by the stretches of JSON that matter; one that is absent or null is empty.</summary>
internal sealed class MessagesBlock
{
    /// <summary>Stands for the image of a block that is none.</summary>
    public const int NoImage = -1;

    // A result of a tool, a document in it, its own content.
    private const int Deepest = 4;

    public required string Path { get; init; }

    public string Type { get; private set; } = "";

    public ReadOnlyMemory<byte> Text { get; private set; }

    public ReadOnlyMemory<byte> Id { get; private set; }

    public ReadOnlyMemory<byte> Name { get; private set; }

    public ReadOnlyMemory<byte> Input { get; private set; }

    public ReadOnlyMemory<byte> ToolUseId { get; private set; }

    public ReadOnlyMemory<byte> Title { get; private set; }

    public ReadOnlyMemory<byte> Context { get; private set; }

    public ReadOnlyMemory<byte> Citations { get; private set; }

    /// <summary>The <c>source</c>: an object, or the text of a search's result.</summary>
    public ReadOnlyMemory<byte> Source { get; private set; }

    /// <summary><c>content</c>, or the content of the source, where that is a text.</summary>
    public ReadOnlyMemory<byte> ContentText { get; private set; }

    /// <summary><c>content</c>, or the content of the source, where that is blocks.</summary>
    public List<MessagesBlock> Children { get; } = [];

    /// <summary>Which of the body's images it is, in their order, or <see cref="NoImage"/>.</summary>
    public int Image { get; private set; } = NoImage;

    /// <param name="json">An array of blocks.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="blocks">Takes them.</param>
    /// <param name="images">Images of the body so far.</param>
    public static GatewayError? ReadAll(ReadOnlyMemory<byte> json, string path, List<MessagesBlock> blocks, ref int images) =>
        ReadAll(json, path, blocks, ref images, depth: 1);

    private static GatewayError? ReadAll(ReadOnlyMemory<byte> json, string path, List<MessagesBlock> blocks, ref int images, int depth)
    {
        if (depth > Deepest)
        {
            return GatewayError.InvalidValue(path, $"expected blocks nested no deeper than {Deepest} levels.");
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var block = new MessagesBlock { Path = $"{path}[{blocks.Count}]" };
            if (block.Read(ref reader, json, ref images, depth) is { } error)
            {
                return error;
            }

            blocks.Add(block);
        }

        return null;
    }

    private GatewayError? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ref int images, int depth)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var value = AnthropicJson.Value(ref reader, json);
            switch (name)
            {
                case "type":
                    Type = JsonText.Unquote(value.Span) ?? "";
                    break;
                case "text":
                    Text = value;
                    break;
                case "id":
                    Id = value;
                    break;
                case "name":
                    Name = value;
                    break;
                case "input":
                    Input = value;
                    break;
                case "tool_use_id":
                    ToolUseId = value;
                    break;
                case "title":
                    Title = value;
                    break;
                case "context":
                    Context = value;
                    break;
                case "citations":
                    Citations = value;
                    break;
                case "content" when ReadContent(value, $"{Path}.content", ref images, depth) is { } error:
                    return error;
                case "source" when ReadSource(value, ref images, depth) is { } error:
                    return error;
            }
        }

        if (Type == "image")
        {
            Image = images++;
        }

        return null;
    }

    private GatewayError? ReadSource(ReadOnlyMemory<byte> value, ref int images, int depth)
    {
        Source = value;
        return AnthropicJson.IsObject(value) ? ReadContent(SourceProperty("content"u8), $"{Path}.source.content", ref images, depth) : null;
    }

    private GatewayError? ReadContent(ReadOnlyMemory<byte> value, string path, ref int images, int depth)
    {
        if (AnthropicJson.IsArray(value))
        {
            return ReadAll(value, path, Children, ref images, depth + 1);
        }

        ContentText = AnthropicJson.IsString(value) ? value : ContentText;
        return null;
    }

    /// <summary>A property of the source; empty where that is no object, or lacks it.</summary>
    public ReadOnlyMemory<byte> SourceProperty(ReadOnlySpan<byte> name) => AnthropicJson.IsObject(Source) ? AnthropicJson.Property(Source, name) : default;
}
