using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Errors;

namespace Gateway.Admin;

/// <summary>Reads the body of a change.</summary>
internal static class AdminBody
{
    public const int MaxBytes = 65_536;
    private const int MaxDepth = 8;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    public static Task<Outcome<BodyFields>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => ReadAsync(request, mayBeEmpty: false, cancellationToken);

    /// <param name="request">The request.</param>
    /// <param name="mayBeEmpty">Whether no body stands for one without fields.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    public static async Task<Outcome<BodyFields>> ReadAsync(HttpRequest request, bool mayBeEmpty, CancellationToken cancellationToken)
    {
        // One byte more than allowed tells whether there is more.
        var buffer = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes)
        {
            return GatewayError.BodyTooLarge(MaxBytes);
        }

        if (length == 0 && mayBeEmpty)
        {
            return new BodyFields([]);
        }

        try
        {
            return JsonNode.Parse(buffer.AsSpan(0, length), null, Strict) is JsonObject fields ? new BodyFields(fields) : GatewayError.InvalidJson();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is thrown for a name that is no text, such as one with half a surrogate pair.
            return GatewayError.InvalidJson();
        }
    }
}
