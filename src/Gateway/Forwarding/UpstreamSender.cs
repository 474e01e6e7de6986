using System.Runtime.CompilerServices;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Streaming;
using Gateway.Forwarding.Routing;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>
/// Makes one attempt: (1) put the spliced body in the client's place; (2) send it through YARP; (3) hand back what was observed, the last
/// byte withheld, and what it means; (4) note it where the deployment's health is kept. It never throws for what a provider or a client does.
/// </summary>
internal sealed partial class UpstreamSender(
    IHttpForwarder proxy, ProviderClients clients, IOptions<DisconnectOptions> disconnect, ForcedStop forcedStop, TimeProvider time, ILogger<UpstreamSender> logger)
{
    // The model's own timeouts rule; they tell waiting for the first byte from a pause in a stream, which one idle timeout cannot.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private static readonly TimeSpan UnstatedWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeyRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan QuotaRest = TimeSpan.FromMinutes(5);

    private readonly DisconnectOptions _disconnect = disconnect.Value;

    /// <returns>What came of it; null where the deployment's breaker lets nothing through.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptResult?> TrySendAsync(Attempt attempt, bool isLastResort)
    {
        var breaker = attempt.Candidate.State.Breaker;
        if (breaker.IsClosed)
        {
            var result = await SendAsync(attempt);
            if (IsConclusive(attempt, result))
            {
                await breaker.ReportAsync(result);
            }

            return result;
        }

        // An answer that has begun shows enough: its end may be minutes away.
        attempt.Request.OnAnswer = () => _ = breaker.CloseAsync();
        var probed = await breaker.ProbeAsync(SendAsync, attempt);
        if (probed is not null || !isLastResort)
        {
            return probed;
        }

        return await SendAsync(attempt);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptResult> SendAsync(Attempt attempt)
    {
        var (context, request) = (attempt.Context, attempt.Request);
        var (deployment, timeouts) = (request.Target.Deployment, request.Target.Card.Timeouts);
        var started = time.GetTimestamp();
        using var deadline = new UpstreamDeadline(timeouts, attempt.Left, time);
        var body = new SplicedBodyStream(request.Body);
        using var client = new ClientWatch(request.Disconnect, _disconnect, body, deadline, forcedStop.Token);
        var call = new UpstreamCall(context, request, body, deadline, client, attempt.Output, time);

        // The proxy would stop for a client that leaves. It gets a request that nobody leaves, and the deadline says when it is over.
        client.Begin(attempt.Gone);
        request.Credential = attempt.Key?.Credential;
        context.Request.Body = body;
        context.Request.ContentLength = request.Body.Length;
        attempt.Output.Name(deployment);

        ForwarderError error;
        try
        {
            error = await proxy.SendAsync(
                context, deployment.Provider.BaseUrl.AbsoluteUri, clients.For(deployment.Provider, timeouts.Connect), Config, call, deadline.Token);
        }
        finally
        {
            // The proxy has let go of the body by now, whatever happened.
            body.Close(onlyIfConsumed: false, out _);
        }

        if (call.Fault is { } fault)
        {
            Log.Fault(logger, fault, request.RequestId);
        }

        var response = call.Response ?? (error == ForwarderError.RequestTimedOut && !client.IsForced
            ? call.Refuse(GatewayError.ProviderTimedOut())
            : call.BrokenOff());
        if (response.Refusal is { } refusal && error != ForwarderError.None)
        {
            Log.Failed(logger, request.RequestId, deployment.Provider.Name, deployment.Model, error, refusal.Label, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        }

        var result = AttemptResult.Of(response, client.HasLeft, call.Fault is not null || client.IsForced, call.RefusedWith, call.Wait);
        SetAside(attempt.Candidate, attempt.Key, result);
        if (IsConclusive(attempt, result))
        {
            // Who lets one wait in vain is as slow as that.
            var firstByte = result.Verdict is Verdict.Served or Verdict.BrokenOff ? deadline.FirstByte
                : response.Observation.Outcome == AnswerOutcome.TimedOut ? deadline.Elapsed
                : null;
            var firstToken = response.Observation.FirstTokenMs is not null ? call.FirstToken - time.GetElapsedTime(request.Arrived, started) : null;
            attempt.Candidate.State.Note(result, firstByte, firstToken);
        }

        return result;
    }

    /// <summary>Whether it tells of the deployment: not where another key is yet to be tried.</summary>
    private bool IsConclusive(Attempt attempt, in AttemptResult result) =>
        !(result.BlamesKey && attempt.Candidate.Keys.Count > 1 && attempt.Candidate.Keys.AnyReady(attempt.Candidate.State, time.GetTimestamp()));

    private static void SetAside(Candidate candidate, KeyState? key, in AttemptResult result)
    {
        var wait = result.Wait is { } told && told < LongestWait ? told : result.Wait is null ? UnstatedWait : LongestWait;
        switch (result.Verdict)
        {
            case Verdict.RateLimited when key is not null && candidate.Keys.Count > 1:
                candidate.State.Limit(key, wait);
                break;
            case Verdict.RateLimited:
            case Verdict.Failed when result.Wait is not null:
                candidate.State.Rest(wait);
                break;
            case Verdict.KeyForbidden when key is not null:
                candidate.State.Limit(key, KeyRest);
                break;
            case Verdict.KeyRefused when key is not null:
                key.SetAside(candidate.State.After(result.Response.Refusal!.Fault == ProviderFault.QuotaExhausted ? QuotaRest : KeyRest)); // A refusal, or it would blame no key.
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "The gateway itself failed while it passed on the answer of {RequestId}")]
        public static partial void Fault(ILogger logger, Exception exception, string requestId);

        [LoggerMessage(1, LogLevel.Warning, "Request {RequestId} to {Provider} ({UpstreamModel}) failed: {ForwarderError}, {Code}")]
        public static partial void Failed(
            ILogger logger, string requestId, string provider, string upstreamModel, ForwarderError forwarderError, string? code, Exception? exception);
    }
}
