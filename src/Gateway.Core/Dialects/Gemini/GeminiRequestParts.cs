using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Turn = Gateway.Core.Dialects.Gemini.GeminiRequestTurns.Turn;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Translates the <c>content</c> of messages: texts, pictures, sound, documents.</summary>
internal sealed class GeminiRequestParts(ChatRequest chat, GeminiRequestTurns turns, GeminiRequestBody contents, GeminiRequestBody system)
{
    private readonly GeminiRequestMedia _media = new(chat, turns, contents);

    public GatewayError? WriteUser(ByteRange content, int message)
    {
        foreach (var part in Read(content, message))
        {
            if (part.Error is { } error)
            {
                return error;
            }

            if (part.Text.Length > 0)
            {
                WriteText(Turn.User, part.Text, default);
            }
            else if (_media.Write(part, Turn.User) is { } refused)
            {
                return refused;
            }
        }

        return _media.WriteField(message, Turn.User);
    }

    /// <param name="content">The value of <c>content</c>; empty where absent.</param>
    /// <param name="refusal">What the model said instead, which it is to remember having said.</param>
    /// <param name="signature">Of the message's last text.</param>
    /// <param name="message">Its index.</param>
    public GatewayError? WriteAssistant(ByteRange content, ReadOnlyMemory<byte> refusal, ReadOnlyMemory<byte> signature, int message)
    {
        var last = default(ReadOnlyMemory<byte>);
        foreach (var part in Read(content, message))
        {
            if (part.Error is { } error)
            {
                return error;
            }

            if (part.Text.Length == 0)
            {
                WriteLast(ref last, default);
                if (_media.Write(part, Turn.Model) is { } refused)
                {
                    return refused;
                }
            }
            else if (!IsEmpty(part.Text))
            {
                WriteLast(ref last, part.Text);
            }
        }

        if (GeminiRequestJson.KindOf(refusal.Span) == JsonTokenType.String && !IsEmpty(refusal))
        {
            WriteLast(ref last, refusal);
        }

        if (last.Length > 0 || signature.Length > 0)
        {
            WriteText(Turn.Model, last.Length > 0 ? last : GeminiRequestPart.EmptyText, signature);
        }

        return _media.WriteField(message, Turn.Model);
    }

    public GatewayError? WriteSystem(ByteRange content, int message)
    {
        foreach (var part in Read(content, message))
        {
            if ((part.Error ?? NoText(part, message, "system")) is { } error)
            {
                return error;
            }

            if (!IsEmpty(part.Text))
            {
                system.Write(system.IsEmpty ? "{\"text\":"u8 : ",{\"text\":"u8);
                system.Refer(part.Text);
                system.Write("}"u8);
            }
        }

        return NoField(message, "system");
    }

    /// <summary>The texts of a tool's answer, as one JSON string; empty where there is none.</summary>
    public GatewayError? ReadToolText(ByteRange content, int message, out ReadOnlyMemory<byte> text)
    {
        text = default;
        foreach (var part in Read(content, message))
        {
            if ((part.Error ?? NoText(part, message, "tool")) is { } error)
            {
                return error;
            }

            // Two strings end to end are the string of both texts.
            text = text.IsEmpty ? part.Text : (byte[])[.. text.Span[..^1], .. part.Text.Span[1..]];
        }

        return NoField(message, "tool");
    }

    private static bool IsEmpty(ReadOnlyMemory<byte> text) => text.Length == 2;

    private static GatewayError? NoText(in GeminiRequestPart part, int message, string role) =>
        part.Text.Length > 0 ? null
        : part.Image is not null ? GatewayError.ImageRole($"messages[{message}]", role)
        : GatewayError.ContentUnsupported(part.Path, part.Type);

    private GatewayError? NoField(int message, string role) =>
        GeminiRequestMedia.Find(chat.Images.Span, message, ImagePart.Field) is null ? null : GatewayError.ImageRole($"messages[{message}]", role);

    private void WriteLast(ref ReadOnlyMemory<byte> last, ReadOnlyMemory<byte> next)
    {
        if (last.Length > 0)
        {
            WriteText(Turn.Model, last, default);
        }

        last = next;
    }

    private void WriteText(Turn turn, ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> signature)
    {
        turns.BeginPart(turn);
        contents.Write("{\"text\":"u8);
        contents.Refer(text);
        if (signature.Length > 0)
        {
            contents.Write(",\"thoughtSignature\":"u8);
            contents.Refer(signature);
        }

        contents.Write("}"u8);
    }

    /// <summary>The parts of a content, whatever its form; the reader has refused one that is neither text, parts nor null.</summary>
    private List<GeminiRequestPart> Read(ByteRange content, int message)
    {
        var parts = new List<GeminiRequestPart>(1);
        var json = content.Of(chat.Body.Span);
        switch (GeminiRequestJson.KindOf(json))
        {
            case JsonTokenType.String:
                parts.Add(new GeminiRequestPart { Text = chat.Body.Slice(content.Start, content.Length) });
                break;
            case JsonTokenType.StartArray:
                var reader = new Utf8JsonReader(json, GeminiRequestJson.Options);
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    var part = GeminiRequestPart.Read(ref reader, chat, content.Start, message, parts.Count);
                    parts.Add(part);
                    if (part.Error is not null)
                    {
                        return parts;
                    }
                }

                break;
            default:
                break;
        }

        return parts;
    }
}
