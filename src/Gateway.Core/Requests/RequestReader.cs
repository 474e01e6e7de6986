using System.Text.Json;
using System.Text.Unicode;
using Gateway.Core.Errors;

namespace Gateway.Core.Requests;

/// <summary>
/// Reads a chat body in one pass of <see cref="Utf8JsonReader"/>, without building a document and without a string for anything but the
/// model's name. It refuses what a provider could read otherwise than the gateway did: invalid UTF-8, a key that counts given twice,
/// nesting deeper than <see cref="MaxDepth"/>.
/// </summary>
public static class RequestReader
{
    public const int MaxDepth = 64;

    public const int MaxParameters = 256;

    /// <param name="body">The whole body. Ranges in the result are offsets into it.</param>
    /// <param name="maxImages">The most image parts in one request.</param>
    /// <param name="request">What was read.</param>
    /// <param name="error">Why it was refused: always a 400 that names the field.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        int maxImages,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ParsedRequest? request,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out GatewayError? error)
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

        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        var builder = new ChatRequestBuilder(body, maxImages);
        try
        {
            error = builder.Read(ref reader);
        }
        catch (JsonException)
        {
            // The reader throws at the bracket that is one too deep, and counts the bracket before it as lying at its parent's depth.
            error = reader.CurrentDepth >= MaxDepth - 1 ? GatewayError.TooDeep(MaxDepth) : GatewayError.InvalidJson();
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
