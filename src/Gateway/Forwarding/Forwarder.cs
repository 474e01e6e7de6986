using System.Runtime.CompilerServices;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Streaming;
using Gateway.Forwarding.Routing;
using Gateway.Telemetry;
using Gateway.Telemetry.Tracing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Gateway.Forwarding;

/// <summary>
/// The pipeline's ninth stage: (1) ask the deployments on the request's <see cref="RequestRoute"/>, one after the other, until one answers or what
/// one says settles it; (2) hand back what was observed of that one, the last byte withheld, or the most useful of the refusals. Once a byte
/// of an answer is with the client nobody else is asked. A client that waits for a stream is kept alive meanwhile. It never throws
/// for what a provider or a client does. A client that leaves does not end it: what the tenant's policy says does.
/// </summary>
internal sealed partial class Forwarder(
    Router router, UpstreamSender sender, IOptions<KeepAliveOptions> keepAlive, TelemetryRecorder telemetry, TimeProvider time, ILogger<Forwarder> logger)
{
    /// <summary>No provider answers within less, and a timer may go off that much before its time.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(20);

    private readonly KeepAliveOptions _keepAlive = keepAlive.Value;

    /// <summary>Afterwards <see cref="ForwardRequest.Current"/> tells whose answer, or refusal, it is.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ObservedResponse> SendAsync(HttpContext context, ForwardRequest request)
    {
        var gone = context.RequestAborted;
        var client = context.Features.GetRequiredFeature<IHttpResponseFeature>();
        using var output = new ClientStream(context, client, _keepAlive, time);
        if (request.Stream)
        {
            output.KeepAlive();
        }

        context.RequestAborted = CancellationToken.None;
        context.Features.Set<IHttpResponseFeature>(new ShieldedResponse(client, output));
        ObservedResponse response;
        try
        {
            response = await SendAsync(context, request, output, gone);
        }
        finally
        {
            await output.CloseAsync();
            context.Features.Set(client);
            context.RequestAborted = gone;
            request.OnAnswer = null;
            request.ReleaseBody();
        }

        return output.IsOpen ? InStream(context, request.Endpoint, response) : response;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ObservedResponse> SendAsync(HttpContext context, ForwardRequest request, ClientStream output, CancellationToken gone)
    {
        var (began, total) = (time.GetTimestamp(), request.First.Target.Card.Timeouts.Total);
        var route = new RequestRoute(router, request);
        ObservedResponse? best = null;
        Upstream? told = null;
        while (route.TryNext())
        {
            AttemptResult? sent;
            try
            {
                if (route.Wait > TimeSpan.Zero)
                {
                    var waitsFrom = time.GetTimestamp();
                    await WaitAsync(route.Wait, total - time.GetElapsedTime(began), gone);
                    request.Spent += time.GetElapsedTime(waitsFrom);
                }

                var left = best is null ? total : total - time.GetElapsedTime(began);
                if (left < LeastTime && best is not null)
                {
                    break;
                }

                sent = await AttemptAsync(new Attempt(context, request, output, route.Current, route.Key, left, gone), route, isRetry: best is not null);
            }
            finally
            {
                route.Leave();
                request.OnAnswer = null;
            }

            if (sent is not { } result)
            {
                route.Bar();
                continue;
            }

            if (!result.IsRetryable)
            {
                return result.Response;
            }

            route.Learn(result);
            if (best is null || Usefulness.IsBetter(result.Response.Refusal!, best.Refusal!)) // What can be retried was refused.
            {
                (best, told) = (result.Response, request.Current);
            }

            Log.Failed(logger, request.RequestId, request.Target.Deployment.Provider.Name, request.Target.Deployment.Model, result.Verdict, route.Attempts);
        }

        if (best is null)
        {
            return Refuse(route.NobodyAsked, request.Endpoint);
        }

        request.Settle(told!); // Set with the refusal.
        output.Name(request.Target.Deployment);
        return best;
    }

    /// <summary>One attempt, with its span and its time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptResult?> AttemptAsync(Attempt attempt, RequestRoute route, bool isRetry)
    {
        var (request, target) = (attempt.Request, attempt.Request.Target);
        var (activity, sentAt) = (GatewayActivities.StartAttempt(request.Endpoint.Operation, target, route.Attempts), time.GetTimestamp());
        AttemptResult? sent = null;
        try
        {
            sent = await sender.TrySendAsync(attempt, route.IsLastResort);
        }
        finally
        {
            var took = time.GetElapsedTime(sentAt);
            request.Spent += took;
            var (verdict, failed) = sent is { } result ? (VerdictText.Of(result.Verdict), result.Verdict is not (Verdict.Served or Verdict.Unknown)) : (string.Empty, false);
            if (sent is not null && telemetry.IsEnabled)
            {
                telemetry.Add(new DeploymentAttempt(request.Endpoint.Operation, target, verdict, failed, isRetry, took));
            }

            if (activity is not null)
            {
                GatewayActivities.EndAttempt(activity, sent?.Response.Observation, verdict, failed);
            }
        }

        return sent;
    }

    private async ValueTask WaitAsync(TimeSpan wait, TimeSpan left, CancellationToken gone)
    {
        try
        {
            await Task.Delay(wait < left ? wait : left > TimeSpan.Zero ? left : TimeSpan.Zero, time, gone);
        }
        catch (OperationCanceledException)
        {
            // The next attempt finds that nobody waits for it, and ends at once.
        }
    }

    private static RefusedResponse Refuse(GatewayError error, IEndpoint endpoint) => new()
    {
        Refusal = error,
        Sent = false,
        Observation = new Observation { Outcome = AnswerOutcome.UpstreamFailed, Status = endpoint.StatusOf(error) },
    };

    /// <summary>What can be told once a comment has begun the response: a stream as it is, anything else as an error event.</summary>
    private static ObservedResponse InStream(HttpContext context, IEndpoint endpoint, ObservedResponse response)
    {
        if (response is StreamedResponse or PartialJsonResponse or PassedResponse)
        {
            return response;
        }

        response.Dispose();

        // A whole answer does not fit into a stream that has begun.
        var error = response.Refusal ?? GatewayError.ProviderMalformed();
        var hasLeft = error.Status == StatusCodes.Status499ClientClosedRequest || response.Observation.Outcome == AnswerOutcome.ClientDisconnected;
        return new StreamedResponse(context, endpoint, text: null, lastEvent: null, error)
        {
            Sent = response.Sent,
            Observation = new Observation
            {
                Outcome = hasLeft || response.Refusal is not null ? response.Observation.Outcome : AnswerOutcome.UpstreamFailed,
                Status = StatusCodes.Status200OK,
            },
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Request {RequestId} was not served by {Provider} ({UpstreamModel}): {Verdict}, attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string requestId, string provider, string upstreamModel, Verdict verdict, int attempt);
    }
}
