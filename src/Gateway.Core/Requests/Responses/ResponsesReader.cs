using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests.Responses;

/// <summary>
/// Reads the body of a response's request in one pass, as <see cref="RequestReader"/> reads a chat body: the same values, and the same
/// guards against what a provider could read otherwise. Whatever a provider would do or fetch beyond the body, and nobody has priced, is
/// refused by name: background runs, hosted tools, stored prompts, conversations, service tiers.
/// </summary>
public static class ResponsesReader
{
    /// <inheritdoc cref="RequestReader.TryRead"/>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        int maxImages,
        [NotNullWhen(true)] out ParsedRequest? request,
        [NotNullWhen(false)] out GatewayError? error)
    {
        request = null;
        if (body.IsEmpty)
        {
            error = GatewayError.EmptyBody("'model' and 'input'");
            return false;
        }

        if (!Utf8.IsValid(body.Span))
        {
            error = GatewayError.InvalidUtf8();
            return false;
        }

        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        var builder = new ResponsesRequestBuilder(body, maxImages);
        try
        {
            error = builder.Read(ref reader);
        }
        catch (JsonException)
        {
            error = reader.CurrentDepth >= RequestReader.MaxDepth - 1 ? GatewayError.TooDeep(RequestReader.MaxDepth) : GatewayError.InvalidJson();
        }
        catch (InvalidOperationException)
        {
            // An escaped string that is no text, such as a lone surrogate in a property name.
            error = GatewayError.InvalidJson();
        }

        if (error is null)
        {
            request = builder.Build();
        }

        return error is null;
    }
}
