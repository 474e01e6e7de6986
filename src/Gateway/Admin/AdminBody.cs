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

        return TryParse(buffer.AsSpan(0, length), out var node) && node is JsonObject fields ? new BodyFields(fields) : GatewayError.InvalidJson();
    }

    /// <summary>Reads JSON in UTF-8: no name twice in an object, and not deeper than any field is.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, out JsonNode? node)
    {
        try
        {
            node = JsonNode.Parse(json, null, Strict);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is thrown for a name that is no text, such as one with half a surrogate pair.
            node = null;
            return false;
        }
    }
}
