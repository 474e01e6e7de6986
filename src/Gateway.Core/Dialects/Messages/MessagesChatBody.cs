using System.Buffers;
using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;

namespace Gateway.Core.Dialects.Messages;

/// <summary>
/// A Messages body as a chat body, for those who speak no other: small, since the pictures stay where they are. In the place of one that is
/// base64 or uploaded stands <c>file-</c> and its number, as a client would name an uploaded one, so that every dialect's own way of
/// sending those takes it from there.
/// </summary>
/// <param name="Body">The chat body.</param>
/// <param name="Order">Which of the client's images each of the chat body's is, in the order of the chat body.</param>
internal sealed record MessagesChatBody(ReadOnlyMemory<byte> Body, IReadOnlyList<int> Order)
{
    /// <param name="body">The client's.</param>
    /// <param name="request">What was read of it.</param>
    /// <param name="policy">The model card's: what it drops is not refused.</param>
    /// <param name="forCount">Whether it is only to be counted: then what cannot be said is left out.</param>
    /// <returns>The chat body; or a 400 that names what chat completions have no words for.</returns>
    public static Outcome<MessagesChatBody> Write(ReadOnlyMemory<byte> body, MessagesRequest request, ParameterPolicy policy, bool forCount = false)
    {
        try
        {
            var output = new ArrayBufferWriter<byte>(1024);
            if (MessagesParameters.TryRead(body, request, policy, forCount, out var parameters) is { } refusal)
            {
                return refusal;
            }

            output.Write("{\"model\":"u8);
            output.Write(request.Find("model"u8)!.Value.Value.Of(body.Span)); // The reader refuses a body without one.
            output.Write(",\"messages\":["u8);
            var messages = new MessagesChatMessages(body, request, output, forCount);
            if (messages.Write(parameters.System) is { } error)
            {
                return error;
            }

            output.Write("]"u8);
            if (request.MaxTokens is { } most)
            {
                output.Write(",\"max_completion_tokens\":"u8);
                JsonBytes.Write(output, most);
            }

            output.Write(request.Stream ? ",\"stream\":true"u8 : ""u8);
            parameters.Write(output);
            output.Write("}"u8);
            return new MessagesChatBody(output.WrittenMemory, messages.Order);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escape that stands for no text where text is needed, such as half a surrogate pair in a key.
            return GatewayError.InvalidJson();
        }
    }
}
