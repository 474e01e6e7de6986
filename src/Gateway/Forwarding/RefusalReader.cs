using System.Buffers;
using System.Globalization;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;

namespace Gateway.Forwarding;

/// <summary>Reads what a provider says where it does not answer.</summary>
internal static class RefusalReader
{
    private const int LongestBody = 64 * 1024;

    // What came of a body by then tells enough, and the status alone would too.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="OperationCanceledException">The request is over. A body that does not come is none.</exception>
    public static async ValueTask<UpstreamRefusal> ReadAsync(ForwardRequest request, Stream stream, HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestBody);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(Patience);
            var length = 0;
            try
            {
                int read;
                while (length < LongestBody && (read = await stream.ReadAsync(buffer.AsMemory(length, LongestBody - length), patience.Token)) > 0)
                {
                    length += read;
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                // The status stands, whatever became of the body.
            }

            return Read(request, (int)response.StatusCode, buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A message that repeats the credential it was sent is not passed on.</summary>
    public static UpstreamRefusal Read(ForwardRequest request, int status, ReadOnlySpan<byte> body)
    {
        var refusal = request.Target.Deployment.Provider.Dialect.ReadRefusal(status, body);
        return request.Credential is { } credential && refusal.Message?.Contains(credential.Value[(credential.Value.LastIndexOf(' ') + 1)..], StringComparison.Ordinal) == true
            ? refusal with { Message = null }
            : refusal;
    }

    /// <summary>The provider's own word on when to try again, or null.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
        {
            return TimeSpan.FromMilliseconds(ms);
        }

        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }
}
