using System.Runtime.CompilerServices;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Forwarding;

/// <summary>
/// Asks a provider for something that it has stored, or to forget it. Nothing is charged for that. A provider with several keys may have
/// stored it under any of them.
/// </summary>
internal sealed partial class StoredCall(ProviderClients clients, TimeProvider time, ILogger<StoredCall> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="provider">Who is asked.</param>
    /// <param name="method">GET, POST or DELETE; none has a body.</param>
    /// <param name="address">Where.</param>
    /// <param name="requestId">The gateway's own.</param>
    /// <param name="ct">The client's patience.</param>
    /// <returns>The body of the answer, to be disposed of; a refusal where the provider refuses, its status 404 where it has no such thing.</returns>
    public async ValueTask<Outcome<AnswerBuffer>> SendAsync(Provider provider, HttpMethod method, Uri address, string requestId, CancellationToken ct)
    {
        var refusal = GatewayError.ProviderUnreachable();
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        foreach (var credential in provider.Credentials.Count == 0 ? [default(ProviderCredential?)] : provider.Credentials.Select(credential => (ProviderCredential?)credential))
        {
            try
            {
                using var request = new HttpRequestMessage(method, address);
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                request.Headers.TryAddWithoutValidation("X-Client-Request-Id", requestId);
                if (credential is { } given)
                {
                    request.Headers.TryAddWithoutValidation(given.Header, given.Value);
                }

                using var response = await clients.For(provider, Timeouts.Default.Connect).SendAsync(request, either.Token);
                var answer = await ReadAsync(response, either.Token);
                if (answer is null)
                {
                    return GatewayError.ProviderMalformed();
                }

                if ((int)response.StatusCode is >= 200 and < 300)
                {
                    return answer;
                }

                refusal = Refuse(provider, (int)response.StatusCode, answer);
                if ((int)response.StatusCode is not (401 or 403 or 404 or 429))
                {
                    return refusal;
                }
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return ct.IsCancellationRequested ? GatewayError.ClientClosed() : GatewayError.ProviderTimedOut();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                Log.Failed(logger, exception, provider.Name);
            }
        }

        return refusal;
    }

    private static async ValueTask<AnswerBuffer?> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > AnswerBuffer.MaxBytes)
        {
            return null;
        }

        var buffer = new AnswerBuffer(passage: null);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            int read;
            while ((read = await stream.ReadAsync(buffer.GetMemory(), ct)) > 0)
            {
                buffer.Advance(read);
                if (buffer.Length > AnswerBuffer.MaxBytes)
                {
                    buffer.Dispose();
                    return null;
                }
            }

            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private static GatewayError Refuse(Provider provider, int status, AnswerBuffer answer)
    {
        using var read = answer;
        var refusal = provider.Dialect.ReadRefusal(status, answer.Memory.Span);
        return status == StatusCodes.Status404NotFound
            ? GatewayError.ProviderRefused(status, refusal.Type, refusal.Code, refusal.Param, refusal.Message ?? "The model's provider has no such response.")
            : GatewayError.FromUpstream(refusal, retryAfter: null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Provider} could not be asked for what it has stored")]
        public static partial void Failed(ILogger logger, Exception cause, string provider);
    }
}
