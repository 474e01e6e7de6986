using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Files;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gateway.Pipeline.Multipart;

/// <summary>What all bodies of multipart/form-data (RFC 7578) have in common: their boundary, their bounds, and the ways in which they go wrong.</summary>
internal static class MultipartEnvelope
{
    public const int BufferBytes = 64 * 1024;

    private const int MostHeaders = 16;
    private const int MostHeaderBytes = 16 * 1024;

    // RFC 2046, section 5.1.1.
    private const int LongestBoundary = 70;

    // Well below what the sweeper takes for left over.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    public static bool IsMultipart(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <param name="request">The request.</param>
    /// <param name="otherwise">What to say of a body that is none.</param>
    /// <param name="boundary">1 to 70 characters.</param>
    /// <param name="error">Why there is none.</param>
    public static bool TryReadBoundary(HttpRequest request, GatewayError otherwise, out string boundary, [NotNullWhen(false)] out GatewayError? error)
    {
        boundary = "";
        if (!IsMultipart(request))
        {
            error = otherwise;
            return false;
        }

        boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        error = boundary.Length is 0 or > LongestBoundary
            ? GatewayError.InvalidMultipart($"its Content-Type must name a boundary of 1 to {LongestBoundary} characters")
            : null;
        return error is null;
    }

    public static MultipartReader Open(string boundary, Stream body) =>
        new(boundary, body, BufferBytes) { HeadersCountLimit = MostHeaders, HeadersLengthLimit = MostHeaderBytes };

    /// <summary>Reads the header that names a part.</summary>
    /// <param name="section">The part.</param>
    /// <param name="name">Its name: not empty.</param>
    /// <param name="filename">As the client gave it, of whatever form; null where the part is no file.</param>
    /// <param name="error">Why it has none.</param>
    public static bool TryReadName(MultipartSection section, out string name, out string? filename, [NotNullWhen(false)] out GatewayError? error)
    {
        (name, filename) = ("", null);
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 } named)
        {
            error = GatewayError.InvalidMultipart("each part needs a header Content-Disposition: form-data with a name");
            return false;
        }

        var file = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
        (name, filename, error) = (named, file.HasValue ? file.ToString().Replace("\\\"", "\"", StringComparison.Ordinal) : null, null);
        return true;
    }

    /// <summary>Receives a body within its time, and says what is wrong with one that cannot be received.</summary>
    /// <param name="context">The client's.</param>
    /// <param name="tooLarge">What to say where the server's own bound cuts it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="receive">Reads it; gets a token that also ends when the time is over.</param>
    public static async Task<Outcome<T>> ReceiveAsync<T>(HttpContext context, GatewayError tooLarge, TimeProvider time, Func<CancellationToken, Task<Outcome<T>>> receive)
    {
        using var deadline = new CancellationTokenSource(Longest, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            return await receive(ends.Token);
        }
        catch (BodyRefusedException e)
        {
            return e.Error;
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => tooLarge,
                StatusCodes.Status408RequestTimeout => GatewayError.BodyTimedOut(),
                _ => GatewayError.BadRequest(e.StatusCode, e.Message),
            };
        }
        catch (InvalidDataException)
        {
            return GatewayError.InvalidMultipart($"the headers of a part are malformed, more than {MostHeaders} or longer than {MostHeaderBytes} bytes, or there is too much before the first boundary");
        }
        catch (IOException e) when (e is not FileStoreException && !context.RequestAborted.IsCancellationRequested && e.GetType() == typeof(IOException))
        {
            // The reader's word for a body that ends inside of a part.
            return GatewayError.InvalidMultipart("it ends before its last boundary");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return GatewayError.BodyTimedOut();
        }
    }
}
