using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Turn = Gateway.Core.Dialects.Gemini.GeminiRequestTurns.Turn;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>Translates <c>messages</c>.</summary>
internal sealed class GeminiRequestMessages
{
    private readonly UpstreamRequest _chat;
    private readonly GeminiRequestTurns _turns;
    private readonly GeminiRequestParts _parts;
    private readonly GeminiRequestCalls _calls;

    public GeminiRequestMessages(in UpstreamRequest chat)
    {
        _chat = chat;
        _turns = new GeminiRequestTurns(Contents);
        _parts = new GeminiRequestParts(chat, _turns, Contents, System);
        _calls = new GeminiRequestCalls(chat.Deployment.Model, _turns, Contents);
    }

    /// <summary>The elements of <c>contents</c>.</summary>
    public GeminiRequestBody Contents { get; } = new();

    /// <summary>The parts of <c>systemInstruction</c>.</summary>
    public GeminiRequestBody System { get; } = new();

    public GatewayError? Read()
    {
        // The reader refuses a body without messages.
        var range = _chat.Plan.Request.Find("messages"u8)!.Value.Value;
        var reader = new Utf8JsonReader(range.Of(_chat.Body.Span), GeminiRequestJson.Options);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; index++)
        {
            var at = $"messages[{index}]";
            if ((GeminiRequestMessage.Read(ref reader, range.Start, at, out var message) ?? Write(message, index, at)) is { } error)
            {
                return error;
            }
        }

        if (_turns.IsEmpty)
        {
            return GatewayError.InvalidValue("messages", "expected at least one message that is no instruction and not empty.");
        }

        _turns.End();
        return null;
    }

    private GatewayError? Write(GeminiRequestMessage message, int index, string at)
    {
        var role = Slice(message.Role);
        if (role.Span[0] != '"')
        {
            return GatewayError.InvalidType($"{at}.role", "a string", JsonKind.Describe(GeminiRequestJson.KindOf(role.Span)));
        }

        if (GeminiRequestJson.Is(role, "user"))
        {
            return _parts.WriteUser(message.Content, index);
        }

        if (GeminiRequestJson.Is(role, "assistant"))
        {
            return _parts.WriteAssistant(message.Content, Slice(message.Refusal), Signature(message), index)
                ?? _calls.Write(Slice(message.ToolCalls), at);
        }

        if (GeminiRequestJson.Is(role, "system") || GeminiRequestJson.Is(role, "developer"))
        {
            return _parts.WriteSystem(message.Content, index);
        }

        if (GeminiRequestJson.Is(role, "tool"))
        {
            return _parts.ReadToolText(message.Content, index, out var text) ?? _calls.WriteResponse(Slice(message.ToolCallId), text, at);
        }

        return GatewayError.InvalidValue($"{at}.role", "expected one of 'system', 'developer', 'user', 'assistant' and 'tool'.");
    }

    private ReadOnlyMemory<byte> Signature(GeminiRequestMessage message) => GeminiRequestSignature.Find(Slice(message.Extra));

    private ReadOnlyMemory<byte> Slice(ByteRange range) => _chat.Body.Slice(range.Start, range.Length);
}
