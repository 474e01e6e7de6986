using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Kinds = Gateway.Core.Dialects.Gemini.GeminiAnswerPart.Kinds;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Writes what a candidate says as the properties of an OpenAI message, or of a stream's delta: texts joined, thoughts as
/// <c>reasoning_content</c>, calls, pictures as OpenRouter has them (<c>images</c>). Texts are copied as they stand in their JSON strings.
/// </summary>
internal sealed class GeminiAnswerMessage(ChatFrame frame, ReceivedText? received)
{
    private const int IdBytes = 12;

    // A call's arguments, escaped: reused, as a stream has many.
    private readonly ArrayBufferWriter<byte> _arguments = new(256);

    /// <summary>The text of all that was written so far; whoever takes it sets it back.</summary>
    public TextSize Text { get; set; }

    /// <param name="output">Takes the properties, from <c>"role"</c> on, without braces.</param>
    /// <param name="json">The answer.</param>
    /// <param name="parts">What the candidate says in it.</param>
    /// <param name="choice">Its index.</param>
    /// <param name="whole">Whether it is a message; else it is a delta, that says nothing but what is new.</param>
    /// <param name="begins">Whether it is the first of its choice.</param>
    /// <param name="calls">Calls of the choice before; afterwards with those in it.</param>
    public void Write(
        IBufferWriter<byte> output, ReadOnlySpan<byte> json, ReadOnlySpan<GeminiAnswerPart> parts, int choice, bool whole, bool begins, ref int calls)
    {
        var first = true;
        if (begins)
        {
            output.Write("\"role\":\"assistant\""u8);
            first = false;
        }

        var (texts, thoughts, called, images, signature) = (0, 0, 0, 0, default(ByteRange));
        foreach (var part in parts)
        {
            texts += part.Kind == Kinds.Text ? 1 : 0;
            thoughts += part.Kind == Kinds.Thought ? 1 : 0;
            called += part.Kind == Kinds.Call ? 1 : 0;
            images += part.Kind == Kinds.Image ? 1 : 0;
            signature = part.Signature.Length > 0 && part.Kind != Kinds.Call ? part.Signature : signature;
        }

        if (texts > 0 || (whole && called == 0) || (begins && !whole && called + thoughts + images == 0))
        {
            WriteJoined(output, "\"content\":\""u8, json, parts, Kinds.Text, ref first);
        }
        else if (whole)
        {
            Begin(output, "\"content\":null"u8, ref first);
        }

        if (thoughts > 0)
        {
            WriteJoined(output, "\"reasoning_content\":\""u8, json, parts, Kinds.Thought, ref first);
        }

        if (called > 0)
        {
            Begin(output, "\"tool_calls\":["u8, ref first);
            WriteCalls(output, json, parts, choice, whole, ref calls);
            output.Write("]"u8);
        }

        if (images > 0)
        {
            Begin(output, "\"images\":["u8, ref first);
            WriteImages(output, json, parts);
            output.Write("]"u8);
        }

        if (signature.Length > 0)
        {
            Begin(output, "\"extra_content\":"u8, ref first);
            WriteSignature(output, json, signature);
        }

        if (whole)
        {
            output.Write(",\"refusal\":null"u8);
        }
    }

    private static void Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> property, ref bool first)
    {
        output.Write(first ? ""u8 : ","u8);
        output.Write(property);
        first = false;
    }

    private void WriteJoined(
        IBufferWriter<byte> output, ReadOnlySpan<byte> property, ReadOnlySpan<byte> json, ReadOnlySpan<GeminiAnswerPart> parts, Kinds kind, ref bool first)
    {
        Begin(output, property, ref first);
        foreach (var part in parts)
        {
            if (part.Kind == kind)
            {
                WriteText(output, part.Value.Of(json));
            }
        }

        output.Write("\""u8);
    }

    private void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> inside)
    {
        output.Write(inside);
        Text += TextSize.OfJson(inside);
        received?.Append(inside);
    }

    private void WriteCalls(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ReadOnlySpan<GeminiAnswerPart> parts, int choice, bool whole, ref int calls)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (part.Kind != Kinds.Call)
            {
                continue;
            }

            output.Write(first ? "{"u8 : ",{"u8);
            first = false;
            if (!whole)
            {
                output.Write("\"index\":"u8);
                JsonBytes.Write(output, calls);
                output.Write(","u8);
            }

            output.Write("\"id\":\""u8);
            if (part.Id.Length > 0)
            {
                output.Write(part.Id.Of(json));
            }
            else
            {
                WriteId(output, choice, calls);
            }

            output.Write("\",\"type\":\"function\",\"function\":{\"name\":\""u8);
            WriteText(output, part.Name.Of(json));
            output.Write("\",\"arguments\":\""u8);
            _arguments.ResetWrittenCount();
            GeminiAnswerArguments.Write(_arguments, part.Value.Length > 0 ? part.Value.Of(json) : "{}"u8);
            WriteText(output, _arguments.WrittenSpan);
            output.Write("\"}"u8);
            if (part.Signature.Length > 0)
            {
                output.Write(",\"extra_content\":"u8);
                WriteSignature(output, json, part.Signature);
            }

            output.Write("}"u8);
            calls++;
        }
    }

    private static void WriteImages(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ReadOnlySpan<GeminiAnswerPart> parts)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (part.Kind != Kinds.Image)
            {
                continue;
            }

            output.Write(first ? ""u8 : ","u8);
            output.Write("{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:"u8);
            output.Write(part.Name.Of(json));
            output.Write(";base64,"u8);
            output.Write(part.Value.Of(json));
            output.Write("\"}}"u8);
            first = false;
        }
    }

    private static void WriteSignature(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ByteRange signature)
    {
        output.Write("{\"google\":{\"thought_signature\":\""u8);
        output.Write(signature.Of(json));
        output.Write("\"}}"u8);
    }

    /// <summary>An id that is this call's alone: of the answer's id, the choice and the call, 29 characters, since OpenAI takes back no more than 40.</summary>
    private void WriteId(IBufferWriter<byte> output, int choice, int call)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{frame.Id} {choice} {call}"), hash);
        Span<byte> text = stackalloc byte[IdBytes * 2];
        Convert.TryToHexStringLower(hash[..IdBytes], text, out _);
        output.Write("call_"u8);
        output.Write(text);
    }
}
