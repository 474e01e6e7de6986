using System.Runtime.CompilerServices;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Forwarding;

/// <summary>
/// The pipeline's ninth stage: (1) put the spliced body in the client's place; (2) send it through YARP to the deployment; (3) hand back
/// what was observed, the last byte withheld. It never throws for what a provider or a client does. A client that leaves
/// does not end it: what the tenant's policy says does.
/// </summary>
internal sealed partial class Forwarder(
    IHttpForwarder proxy, ProviderClients clients, IOptions<DisconnectOptions> disconnect, ForcedStop forcedStop, TimeProvider time, ILogger<Forwarder> logger)
{
    // The model's own timeouts rule; they tell waiting for the first byte from a pause in a stream, which one idle timeout cannot.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private readonly DisconnectOptions _disconnect = disconnect.Value;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ObservedResponse> SendAsync(HttpContext context, ForwardRequest request)
    {
        var deployment = request.Target.Deployment;
        using var deadline = new UpstreamDeadline(request.Target.Card.Timeouts, time);
        var body = new SplicedBodyStream(request.Body);
        using var client = new ClientWatch(request.Disconnect, _disconnect, body, deadline, forcedStop.Token);
        var call = new UpstreamCall(context, request, body, deadline, client, time);

        // The proxy would stop for a client that leaves. It gets a request that nobody leaves, and the deadline says when it is over.
        var gone = context.RequestAborted;
        client.Begin(gone);
        context.RequestAborted = CancellationToken.None;
        context.Request.Body = body;
        context.Request.ContentLength = request.Body.Length;
        Name(context.Response.Headers, deployment);

        ForwarderError error;
        try
        {
            error = await proxy.SendAsync(
                context, deployment.Provider.BaseUrl.AbsoluteUri, clients.For(deployment.Provider, request.Target.Card.Timeouts.Connect), Config, call, deadline.Token);
        }
        finally
        {
            context.RequestAborted = gone;

            // The proxy has let go of the body by now, whatever happened.
            body.Close(onlyIfConsumed: false, out _);
            request.ReleaseBody();
        }

        if (!context.Response.HasStarted)
        {
            // The proxy empties the headers of an answer whose request it could not send to its end.
            Name(context.Response.Headers, deployment);
        }

        if (call.Fault is { } fault)
        {
            Log.Fault(logger, fault, request.RequestId);
        }

        var response = call.Response ?? (error == ForwarderError.RequestTimedOut
            ? call.Refuse(GatewayError.ProviderTimedOut())
            : call.BrokenOff());
        if (response.Refusal is { } refusal && error != ForwarderError.None)
        {
            Log.Failed(logger, request.RequestId, deployment.Provider.Name, deployment.Model, error, refusal.Code, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        }

        return response;
    }

    private static void Name(IHeaderDictionary headers, Deployment deployment)
    {
        headers["x-gateway-provider"] = deployment.Provider.Name;
        headers["x-gateway-model"] = deployment.Model;
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
