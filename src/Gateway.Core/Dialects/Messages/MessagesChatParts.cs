using System.Buffers;
using System.Text;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;

namespace Gateway.Core.Dialects.Messages;

/// <summary>Writes blocks as the parts of a chat message's content: texts, pictures, documents that are texts or a PDF.</summary>
internal sealed class MessagesChatParts(ReadOnlyMemory<byte> body, MessagesRequest request, ArrayBufferWriter<byte> output, bool forCount)
{
    private readonly List<int> _order = [];
    private int _parts;

    /// <summary>Which of the request's pictures were written, in the order of the chat body.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <summary>The next part is the first of its message.</summary>
    public void Begin() => _parts = 0;

    /// <summary>One text as it is; several as parts.</summary>
    public void WriteTexts(List<ReadOnlyMemory<byte>> texts)
    {
        switch (texts.Count)
        {
            case 0:
                output.Write("\"\""u8);
                break;
            case 1:
                output.Write(texts[0].Span);
                break;
            default:
                output.Write("["u8);
                _parts = 0;
                texts.ForEach(WriteTextPart);
                output.Write("]"u8);
                break;
        }
    }

    /// <summary>The texts of a result, whatever they are wrapped in; its pictures stand elsewhere.</summary>
    public GatewayError? Gather(List<MessagesBlock> blocks, List<ReadOnlyMemory<byte>> texts)
    {
        foreach (var block in blocks)
        {
            switch (block.Type)
            {
                case "text":
                    Add(block.Text);
                    break;
                case "image":
                    break;
                case "search_result":
                case "document" when IsReadable(block):
                    if (RefuseCitations(block) is { } citations)
                    {
                        return citations;
                    }

                    Add(block.Title);
                    Add(block.Type == "search_result" ? block.Source : block.Context);
                    Add(block.ContentText);
                    Add(block.Type == "document" ? block.SourceProperty("data"u8) : default);
                    if (Gather(block.Children, texts) is { } error)
                    {
                        return error;
                    }

                    break;
                default:
                    if (!forCount)
                    {
                        return Unsupported(block);
                    }

                    break;
            }
        }

        return null;

        void Add(ReadOnlyMemory<byte> text)
        {
            if (AnthropicJson.IsString(text) && !IsEmpty(text))
            {
                texts.Add(text);
            }
        }
    }

    public void WriteResultImages(MessagesBlock result)
    {
        if (!HasImages(result))
        {
            return;
        }

        WriteTextPart(Encoding.UTF8.GetBytes($"\"Images of {(AnthropicJson.IsString(result.ToolUseId) ? Encoding.UTF8.GetString(result.ToolUseId.Span[1..^1]) : "")}:\""));
        WriteImages(result);
    }

    private void WriteImages(MessagesBlock block)
    {
        foreach (var child in block.Children)
        {
            if (child.Image != MessagesBlock.NoImage)
            {
                WriteImage(child);
            }

            WriteImages(child);
        }
    }

    public GatewayError? WritePart(MessagesBlock block)
    {
        switch (block.Type)
        {
            case "text":
                if (!AnthropicJson.IsString(block.Text))
                {
                    return forCount ? null : block.Text.IsEmpty
                        ? GatewayError.MissingParameter($"{block.Path}.text")
                        : GatewayError.InvalidType($"{block.Path}.text", "a string", AnthropicJson.Describe(block.Text));
                }

                WriteTextPart(block.Text);
                return null;
            case "image":
                WriteImage(block);
                return null;
            case "document" when IsPdf(block):
                return RefuseCitations(block) ?? WritePdf(block);
            default:
                var texts = new List<ReadOnlyMemory<byte>>();
                if (Gather([block], texts) is { } error)
                {
                    return error;
                }

                texts.ForEach(WriteTextPart);
                WriteImages(block);
                return null;
        }
    }

    private void WriteTextPart(ReadOnlyMemory<byte> text)
    {
        output.Write(_parts++ > 0 ? ",{\"type\":\"text\",\"text\":"u8 : "{\"type\":\"text\",\"text\":"u8);
        output.Write(text.Span);
        output.Write("}"u8);
    }

    private void WriteImage(MessagesBlock block)
    {
        output.Write(_parts++ > 0 ? ",{\"type\":\"image_url\",\"image_url\":{\"url\":\""u8 : "{\"type\":\"image_url\",\"image_url\":{\"url\":\""u8);
        var part = request.Images[block.Image];
        if (part.Source == ImageSource.Remote)
        {
            output.Write(part.Url.Of(body.Span));
        }
        else
        {
            output.Write("file-"u8);
            JsonBytes.Write(output, block.Image);
        }

        output.Write("\"}}"u8);
        _order.Add(block.Image);
    }

    private GatewayError? WritePdf(MessagesBlock block)
    {
        if (forCount)
        {
            return null;
        }

        var data = block.SourceProperty("data"u8);
        output.Write(_parts++ > 0 ? ",{\"type\":\"file\",\"file\":{\"filename\":"u8 : "{\"type\":\"file\",\"file\":{\"filename\":"u8);
        output.Write(AnthropicJson.IsString(block.Title) && !IsEmpty(block.Title) ? block.Title.Span : "\"document.pdf\""u8);
        output.Write(",\"file_data\":\"data:application/pdf;base64,"u8);
        output.Write(data.Span[1..]);
        output.Write("}}"u8);
        if (AnthropicJson.IsString(block.Context) && !IsEmpty(block.Context))
        {
            WriteTextPart(block.Context);
        }

        return null;
    }

    public static GatewayError Unsupported(MessagesBlock block) => block.Type is "document"
        ? GatewayError.ContentUnsupported(block.Path, block.Type)
        : GatewayError.InvalidValue($"{block.Path}.type", $"this model takes no block of the type '{(block.Type.Length > 64 ? block.Type[..64] : block.Type)}' here.");

    /// <summary>Nobody else marks where in a document an answer comes from.</summary>
    private GatewayError? RefuseCitations(MessagesBlock block) =>
        !forCount && AnthropicJson.IsObject(block.Citations) && AnthropicJson.Is(AnthropicJson.Property(block.Citations, "enabled"u8), "true"u8)
            ? GatewayError.UnsupportedParameter($"{block.Path}.citations")
            : null;

    private static bool IsPdf(MessagesBlock block) =>
        AnthropicJson.Is(block.SourceProperty("type"u8), "\"base64\""u8) && AnthropicJson.IsString(block.SourceProperty("data"u8));

    /// <summary>Whether a document is texts and pictures alone.</summary>
    private static bool IsReadable(MessagesBlock block)
    {
        var type = block.SourceProperty("type"u8);
        return AnthropicJson.Is(type, "\"text\""u8) || AnthropicJson.Is(type, "\"content\""u8);
    }

    public static bool HasImages(MessagesBlock block) => block.Children.Exists(static child => child.Image != MessagesBlock.NoImage || HasImages(child));

    public static bool IsEmpty(ReadOnlyMemory<byte> text) => text.Length <= 2;
}
