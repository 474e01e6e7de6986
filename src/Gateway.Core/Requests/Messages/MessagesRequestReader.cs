using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests.Messages;

/// <summary>
/// Reads a body of Anthropic's Messages API in one pass, as <see cref="RequestReader"/> reads a chat body, and as strictly: invalid UTF-8, a
/// key that counts given twice or in other letters, and nesting deeper than <see cref="RequestReader.MaxDepth"/> are refused.
/// </summary>
public static class MessagesRequestReader
{
    /// <param name="body">The whole body. Ranges in the result are offsets into it.</param>
    /// <param name="maxImages">The most images in one request, those in tools' results and documents included.</param>
    /// <param name="forCount">Whether it is only to be counted: then <c>max_tokens</c> may be absent.</param>
    /// <param name="request">What was read.</param>
    /// <param name="error">Why it was refused: always a 400 that names the field.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        int maxImages,
        bool forCount,
        [NotNullWhen(true)] out MessagesRequest? request,
        [NotNullWhen(false)] out GatewayError? error)
    {
        request = null;
        if (body.IsEmpty)
        {
            error = GatewayError.EmptyBody();
            return false;
        }

        // Utf8JsonReader leaves the inside of strings unchecked; a provider would not.
        if (!Utf8.IsValid(body.Span))
        {
            error = GatewayError.InvalidUtf8();
            return false;
        }

        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        var builder = new MessagesRequestBuilder(body, maxImages, forCount);
        try
        {
            error = builder.Read(ref reader);
        }
        catch (JsonException)
        {
            // The reader throws at the bracket that is one too deep, and counts the bracket before it as lying at its parent's depth.
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
