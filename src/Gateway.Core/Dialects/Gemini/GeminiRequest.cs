using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// A chat request as a <c>GenerateContentRequest</c> (ai.google.dev/api/generate-content): (1) the messages become <c>contents</c> and
/// <c>systemInstruction</c>; (2) the parameters become <c>tools</c>, <c>toolConfig</c> and <c>generationConfig</c>, or are refused by name.
/// </summary>
internal static class GeminiRequest
{
    public static Outcome<SplicedBody> Write(in UpstreamRequest chat)
    {
        try
        {
            return Translate(chat);
        }
        catch (InvalidOperationException)
        {
            // An escape that stands for no text, such as half a surrogate pair, in a name or word that is compared.
            return GatewayError.InvalidJson();
        }
    }

    private static Outcome<SplicedBody> Translate(in UpstreamRequest chat)
    {
        var messages = new GeminiRequestMessages(chat);
        if (messages.Read() is { } refused)
        {
            return refused;
        }

        var parameters = new GeminiRequestParameters(chat.Deployment.Model, Longest(chat), chat.Plan.N);
        if (parameters.Read(chat.Plan.EffectiveParameters(chat.Body)) is { } unsupported)
        {
            return unsupported;
        }

        var body = new GeminiRequestBody();
        body.Write("{\"contents\":["u8);
        body.Append(messages.Contents);
        body.Write("]"u8);
        if (!messages.System.IsEmpty)
        {
            body.Write(",\"systemInstruction\":{\"parts\":["u8);
            body.Append(messages.System);
            body.Write("]}"u8);
        }

        parameters.WriteTo(body);
        body.Write("}"u8);
        return body.ToBody();
    }

    /// <summary>Money was held for no longer an answer than this (<see cref="Quoter"/>), so none may be asked for.</summary>
    private static long Longest(in UpstreamRequest chat) =>
        Math.Min(chat.Plan.AllowedCompletion ?? chat.Card.MaxOutputTokens ?? Quoter.LongestAnswer, int.MaxValue);
}
