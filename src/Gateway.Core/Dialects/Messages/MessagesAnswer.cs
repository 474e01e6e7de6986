using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Dialects.Messages;

/// <summary>Writes a whole chat completion as a message: its first choice's text as a block, its calls as blocks with their arguments as objects.</summary>
internal static class MessagesAnswer
{
    /// <param name="answer">A <c>chat.completion</c>.</param>
    /// <param name="frame">What the message carries.</param>
    /// <param name="wantsThinking">Whether the client asked for thoughts; else they are left out.</param>
    /// <param name="output">Takes the message.</param>
    /// <returns>False where it is no completion.</returns>
    public static bool TryWrite(ReadOnlyMemory<byte> answer, in AnswerFrame frame, bool wantsThinking, IBufferWriter<byte> output)
    {
        try
        {
            if (!ChatAnswerReader.TryRead(answer.Span, out var read) || !read.HasChoices || read.HasError || First(answer) is not { IsEmpty: false } choice)
            {
                return false;
            }

            Write(choice, read.Usage, frame, wantsThinking, output);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escape that stands for no text.
            return false;
        }
    }

    private static ReadOnlyMemory<byte> First(ReadOnlyMemory<byte> answer)
    {
        var choices = AnthropicJson.Property(answer, "choices"u8);
        var reader = new Utf8JsonReader(choices.Span);
        reader.Read();
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Here(ref reader, choices) : default;
    }

    private static ReadOnlyMemory<byte> Here(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static void Write(ReadOnlyMemory<byte> choice, Usage? usage, in AnswerFrame frame, bool wantsThinking, IBufferWriter<byte> output)
    {
        var message = AnthropicJson.Property(choice, "message"u8);
        message = AnthropicJson.IsObject(message) ? message : "{}"u8.ToArray();
        output.Write("{\"id\":\"msg_"u8);
        Encoding.ASCII.GetBytes(frame.BareId, output);
        output.Write("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8);
        output.Write(frame.ModelJson.Span);
        output.Write(",\"content\":["u8);
        var blocks = 0;
        var thoughts = AnthropicJson.Property(message, "reasoning_content"u8);
        if (wantsThinking && WriteText("{\"type\":\"thinking\",\"signature\":\"\",\"thinking\":"u8, thoughts.IsEmpty ? AnthropicJson.Property(message, "reasoning"u8) : thoughts, blocks, output))
        {
            blocks++;
        }

        blocks += WriteText("{\"type\":\"text\",\"text\":"u8, AnthropicJson.Property(message, "content"u8), blocks, output) ? 1 : 0;
        var refuses = WriteText("{\"type\":\"text\",\"text\":"u8, AnthropicJson.Property(message, "refusal"u8), blocks, output);
        blocks += refuses ? 1 : 0;
        var calls = WriteCalls(AnthropicJson.Property(message, "tool_calls"u8), frame, blocks, output);
        var reason = AnthropicJson.Property(choice, "finish_reason"u8);
        output.Write("],\"stop_reason\":\""u8);
        output.Write(MessagesStopReason.Of(AnthropicJson.IsString(reason) ? reason.Span[1..^1] : default, calls, refuses));
        output.Write("\",\"stop_sequence\":null,\"usage\":"u8);

        // Clients read it without asking. All zeros stand for none that was told; the bill is counted then.
        MessagesUsage.Write(usage ?? default, output);
        output.Write("}"u8);
    }

    private static bool WriteText(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> text, int blocks, IBufferWriter<byte> output)
    {
        if (!AnthropicJson.IsString(text) || text.Length <= 2)
        {
            return false;
        }

        output.Write(blocks > 0 ? ","u8 : ""u8);
        output.Write(head);
        output.Write(text.Span);
        output.Write("}"u8);
        return true;
    }

    private static bool WriteCalls(ReadOnlyMemory<byte> calls, in AnswerFrame frame, int blocks, IBufferWriter<byte> output)
    {
        if (!AnthropicJson.IsArray(calls))
        {
            return false;
        }

        var reader = new Utf8JsonReader(calls.Span);
        reader.Read();
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var call = Here(ref reader, calls);
            var function = AnthropicJson.Property(call, "function"u8);
            if (!AnthropicJson.IsObject(function))
            {
                continue;
            }

            var (id, name) = (AnthropicJson.Property(call, "id"u8), AnthropicJson.Property(function, "name"u8));
            output.Write(blocks + count > 0 ? ",{\"type\":\"tool_use\",\"id\":"u8 : "{\"type\":\"tool_use\",\"id\":"u8);
            output.Write(AnthropicJson.IsString(id) && id.Length > 2 ? id.Span : Encoding.ASCII.GetBytes($"\"toolu_{frame.BareId}_{count}\""));
            output.Write(",\"name\":"u8);
            output.Write(AnthropicJson.IsString(name) ? name.Span : "\"\""u8);
            output.Write(",\"input\":"u8);
            WriteInput(AnthropicJson.Property(function, "arguments"u8), output);
            output.Write("}"u8);
            count++;
        }

        return count > 0;
    }

    /// <summary>Arguments that are the text of an object as that object; any others, which a model cut short or made up, as a text under <c>arguments</c>.</summary>
    private static void WriteInput(ReadOnlyMemory<byte> arguments, IBufferWriter<byte> output)
    {
        if (AnthropicJson.IsObject(arguments))
        {
            output.Write(arguments.Span);
            return;
        }

        var text = AnthropicJson.IsString(arguments) ? JsonText.Unquote(arguments.Span) : null;
        if (string.IsNullOrWhiteSpace(text))
        {
            output.Write("{}"u8);
            return;
        }

        var json = Encoding.UTF8.GetBytes(text.Trim());
        if (IsObject(json))
        {
            output.Write(json);
            return;
        }

        output.Write("{\"arguments\":"u8);
        output.Write(arguments.Span);
        output.Write("}"u8);
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            reader.Skip();

            // Anything behind the object makes the reader throw.
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
