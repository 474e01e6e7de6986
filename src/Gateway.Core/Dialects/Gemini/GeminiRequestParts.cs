using System.Buffers;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Turn = Gateway.Core.Dialects.Gemini.GeminiRequestTurns.Turn;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Translates the <c>content</c> of messages: texts, pictures, sound, documents.</summary>
internal sealed class GeminiRequestParts(UpstreamRequest chat, GeminiRequestTurns turns, GeminiRequestBody contents, GeminiRequestBody system)
{
    private readonly GeminiRequestMedia _media = new(chat, turns, contents);

    public GatewayError? WriteUser(ByteRange content, int message)
    {
        var reader = new GeminiRequestPartReader(chat, content, message);
        while (reader.TryRead(out var part))
        {
            if (part.Text.Length > 0)
            {
                WriteText(Turn.User, part.Text, default);
            }
            else if ((part.Error ?? _media.Write(part, Turn.User)) is { } refused)
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
        var reader = new GeminiRequestPartReader(chat, content, message);
        while (reader.TryRead(out var part))
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
        var reader = new GeminiRequestPartReader(chat, content, message);
        while (reader.TryRead(out var part))
        {
            if ((part.Error ?? NoText(part, "system")) is { } error)
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
        var joined = default(ArrayBufferWriter<byte>);
        var reader = new GeminiRequestPartReader(chat, content, message);
        while (reader.TryRead(out var part))
        {
            if ((part.Error ?? NoText(part, "tool")) is { } error)
            {
                return error;
            }

            if (text.IsEmpty)
            {
                text = part.Text;
                continue;
            }

            // Two strings end to end are the string of both texts.
            if (joined is null)
            {
                joined = new ArrayBufferWriter<byte>(text.Length + part.Text.Length);
                joined.Write(text.Span[..^1]);
            }

            joined.Write(part.Text.Span[1..^1]);
        }

        if (joined is not null)
        {
            joined.Write("\""u8);
            text = joined.WrittenMemory;
        }

        return NoField(message, "tool");
    }

    private static bool IsEmpty(ReadOnlyMemory<byte> text) => text.Length == 2;

    private static GatewayError? NoText(in GeminiRequestPart part, string role) =>
        part.Text.Length > 0 ? null
        : part.Image is not null ? GatewayError.ImageRole($"messages[{part.Message}]", role)
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
}
