using System.Text.Json;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Writes a chat request as a body of the Messages API: (1) model, maximum and stream; (2) the system messages, wherever they stood; (3) all
/// others as turns of user and assistant; (4) the parameters. Strings go over as they stand in the client's body, with their escapes.
/// </summary>
internal static class AnthropicRequest
{
    /// <returns>The body; or a 400 that names what the API has no words for.</returns>
    public static Outcome<SplicedBody> Write(in UpstreamRequest chat)
    {
        var output = new AnthropicRequestBody();
        try
        {
            return Write(chat, output) is { } error ? error : output.Build();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escape that stands for no text where text is needed, such as half a surrogate pair in a key.
            return GatewayError.InvalidJson();
        }
    }

    private static GatewayError? Write(in UpstreamRequest chat, AnthropicRequestBody output)
    {
        // The API gives one answer.
        if (chat.Plan.N > 1)
        {
            return GatewayError.UnsupportedParameter("n");
        }

        if (AnthropicRequestParameters.TryRead(chat.Plan.EffectiveParameters(chat.Body), out var parameters) is { } refusal)
        {
            return refusal;
        }

        output.Write("{\"model\":"u8);
        output.Take(chat.Deployment.ModelJson);

        // The API asks for a maximum; without one of the client's or the card's it is the one up to which money is held.
        output.Write(",\"max_tokens\":"u8);
        output.Write(Quoter.LongestCompletion(chat.Plan, chat.Card));
        if (chat.Plan.Request.Stream)
        {
            output.Write(",\"stream\":true"u8);
        }

        // The reader refuses a body without messages.
        var range = chat.Plan.Request.Find("messages"u8)!.Value.Value;
        var messages = new List<AnthropicRequestMessage>(chat.Plan.Request.Messages);
        var error = AnthropicRequestMessage.ReadAll(chat.Body.Slice(range.Start, range.Length), messages)
            ?? new AnthropicRequestMessages(chat.Body, chat.Images, output).Write(messages);
        parameters.Write(output);
        return error;
    }
}
