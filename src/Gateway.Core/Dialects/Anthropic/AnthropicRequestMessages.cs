using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Writes <c>system</c> and <c>messages</c>. System messages go in front, wherever they stood, each a block of its own. Messages of one
/// side that follow each other become one turn, since the results of all calls of a turn belong into the next one. Texts without a
/// character are left out, which the API refuses.
/// </summary>
internal sealed class AnthropicRequestMessages(ReadOnlyMemory<byte> body, ReadOnlyMemory<SizedImage> images, AnthropicRequestBody output)
{
    private readonly AnthropicBlocks _blocks = new(output);
    private readonly AnthropicBlocks _result = new(output);
    private readonly AnthropicRequestContent _content = new(body, images, output);
    private AnthropicRole? _turn;
    private bool _anyTurn;

    public GatewayError? Write(List<AnthropicRequestMessage> messages)
    {
        if (WriteSystem(messages) is { } error)
        {
            return error;
        }

        output.Write(",\"messages\":["u8);
        foreach (var message in messages)
        {
            if ((message.Role == AnthropicRole.System ? null : WriteTurn(message)) is { } refusal)
            {
                return refusal;
            }
        }

        EndTurn();
        output.Write("]"u8);
        return _anyTurn ? null : GatewayError.InvalidValue("messages", "expected a message of the user, the assistant or a tool that is not empty.");
    }

    private GatewayError? WriteSystem(List<AnthropicRequestMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Role == AnthropicRole.System)
            {
                if (_content.Write(message, BeginSystem, _blocks) is { } error)
                {
                    return error;
                }

                _blocks.Cache(message.CacheControl);
            }
        }

        if (_blocks.Count > 0)
        {
            _blocks.End();
            output.Write("]"u8);
        }

        return null;
    }

    private void BeginSystem()
    {
        if (_blocks.Count == 0)
        {
            output.Write(",\"system\":["u8);
        }
    }

    private GatewayError? WriteTurn(AnthropicRequestMessage message)
    {
        var error = message.Role switch
        {
            AnthropicRole.Tool => WriteResult(message),
            AnthropicRole.Assistant => _content.Write(message, BeginAssistant, _blocks) ?? WriteRefusal(message) ?? WriteCalls(message),
            _ => _content.Write(message, BeginUser, _blocks),
        };
        _blocks.Cache(message.CacheControl);
        return error;
    }

    private void BeginUser() => BeginTurn(AnthropicRole.User);

    private void BeginAssistant() => BeginTurn(AnthropicRole.Assistant);

    private void BeginTurn(AnthropicRole side)
    {
        if (_turn == side)
        {
            return;
        }

        EndTurn();
        if (_anyTurn)
        {
            output.Write(","u8);
        }

        output.Write(side == AnthropicRole.User ? "{\"role\":\"user\",\"content\":["u8 : "{\"role\":\"assistant\",\"content\":["u8);
        (_turn, _anyTurn) = (side, true);
    }

    private void EndTurn()
    {
        if (_turn is not null)
        {
            _blocks.End();
            output.Write("]}"u8);
            _turn = null;
        }
    }

    private GatewayError? WriteRefusal(AnthropicRequestMessage message)
    {
        if (!message.Refusal.IsEmpty && !AnthropicJson.IsString(message.Refusal))
        {
            return GatewayError.InvalidType($"{message.Path}.refusal", "a string", AnthropicJson.Describe(message.Refusal));
        }

        _content.WriteText(message.Refusal, BeginAssistant, _blocks);
        return null;
    }

    private GatewayError? WriteResult(AnthropicRequestMessage message)
    {
        if (message.ToolCallId.IsEmpty)
        {
            return GatewayError.MissingParameter($"{message.Path}.tool_call_id");
        }

        if (!AnthropicJson.IsString(message.ToolCallId))
        {
            return GatewayError.InvalidType($"{message.Path}.tool_call_id", "a string", AnthropicJson.Describe(message.ToolCallId));
        }

        BeginUser();
        _blocks.Begin("{\"type\":\"tool_result\",\"tool_use_id\":"u8);
        output.Take(message.ToolCallId);
        if (_content.Write(message, BeginResult, _result) is { } error)
        {
            return error;
        }

        if (_result.Count > 0)
        {
            _result.End();
            output.Write("]"u8);
        }

        return null;
    }

    private void BeginResult()
    {
        if (_result.Count == 0)
        {
            output.Write(",\"content\":["u8);
        }
    }

    private GatewayError? WriteCalls(AnthropicRequestMessage message)
    {
        if (message.ToolCalls.IsEmpty)
        {
            return null;
        }

        var path = $"{message.Path}.tool_calls";
        var reader = new Utf8JsonReader(message.ToolCalls.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return GatewayError.InvalidType(path, "an array of objects", AnthropicJson.Describe(message.ToolCalls));
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            var call = new AnthropicToolCall($"{path}[{i}]");
            if (call.Read(ref reader, message.ToolCalls) is { } error)
            {
                return error;
            }

            BeginAssistant();
            _blocks.Begin("{\"type\":\"tool_use\",\"id\":"u8);
            output.Take(call.Id);
            output.Write(",\"name\":"u8);
            output.Take(call.Name);
            output.Write(",\"input\":"u8);
            output.Take(call.Input);
        }

        return null;
    }
}
