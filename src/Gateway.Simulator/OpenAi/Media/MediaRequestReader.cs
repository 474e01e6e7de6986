using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gateway.Simulator.OpenAi.Media;

/// <summary>Reads such a request, from JSON or from a form.</summary>
internal static class MediaRequestReader
{
    /// <summary>The request; null where the body is neither.</summary>
    public static async Task<MediaRequest?> ReadAsync(string? contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType == "multipart/form-data"
            ? await ReadFormAsync(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), body, cancellationToken)
            : ReadJson(body);

    private static MediaRequest? ReadJson(ReadOnlyMemory<byte> body)
    {
        var json = new Utf8JsonReader(body.Span);
        try
        {
            if (!json.Read() || json.TokenType is not JsonTokenType.StartObject)
            {
                return null;
            }

            var request = new MediaRequest();
            while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
            {
                var name = json.GetString()!; // A property has a name.
                json.Read();
                switch (json.TokenType)
                {
                    case JsonTokenType.String:
                        request.Fields[name] = json.GetString()!;
                        break;
                    case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                        request.Fields[name] = Encoding.UTF8.GetString(json.ValueSpan);
                        break;
                    case JsonTokenType.StartArray when name == "images":
                        ReadImages(ref json, request);
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            return request;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            // Also half a surrogate pair, and base64 that is none.
            return null;
        }
    }

    private static void ReadImages(ref Utf8JsonReader json, MediaRequest request)
    {
        while (json.Read() && json.TokenType is not JsonTokenType.EndArray)
        {
            if (json.TokenType is JsonTokenType.PropertyName && json.ValueTextEquals("image_url"u8) && json.Read() && json.TokenType is JsonTokenType.String)
            {
                var url = json.GetString()!;
                var comma = url.IndexOf(',', StringComparison.Ordinal);
                request.Files.Add(("image", url.StartsWith("data:", StringComparison.Ordinal) && comma > 0 ? Convert.FromBase64String(url[(comma + 1)..]) : []));
            }
        }
    }

    private static async Task<MediaRequest?> ReadFormAsync(string boundary, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var request = new MediaRequest();
        try
        {
            using var stream = new MemoryStream(body.ToArray());
            var reader = new MultipartReader(boundary, stream);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    return null;
                }

                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, cancellationToken);
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
                {
                    request.Files.Add((name, content.ToArray()));
                }
                else
                {
                    request.Fields[name] = Encoding.UTF8.GetString(content.ToArray());
                }
            }

            return request;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            return null;
        }
    }
}
