using System.Diagnostics;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Telemetry;
using Gateway.Telemetry.Tracing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>
/// Around every request: gives it an id, puts the headers that every answer carries, turns an exception into a 500 of OpenAI's form,
/// gives a path or method that nothing serves a body of the same form, and lets none begin on a node that is being stopped.
/// </summary>
internal sealed partial class ExchangeMiddleware(RequestDelegate next, Drain drain, TimeProvider time, TelemetryRecorder telemetry, RequestTraces traces, IOptions<GatewayOptions> options, ILogger<ExchangeMiddleware> logger)
{
    // As late as it can be, for an answer that fails on its way may lose the headers that it had.
    private static readonly Func<object, Task> WriteHeaders = static state =>
    {
        var context = (HttpContext)state;
        var (headers, exchange) = (context.Response.Headers, Exchange.Of(context));
        headers["x-request-id"] = exchange.RequestId;
        if (exchange.Endpoint is { SpeaksAnthropic: true })
        {
            headers["request-id"] = exchange.RequestId;
        }

        headers["openai-version"] = "2020-10-01";
        headers["openai-processing-ms"] = ((long)exchange.Elapsed.TotalMilliseconds).ToString();
        return Task.CompletedTask;
    };

    private readonly InferencePaths _inference = new(options.Value);

    public async Task InvokeAsync(HttpContext context)
    {
        var isWatching = InferencePaths.AreWatchers(context.Request.Path);
        using var activity = isWatching ? null : traces.Start(context);
        var exchange = new Exchange(time, context.Request.Headers.TraceParent);
        context.Features.Set(exchange);
        context.TraceIdentifier = exchange.TraceId;
        context.Response.OnStarting(WriteHeaders, context);
        var entered = drain.TryEnter(context);
        try
        {
            if (!entered)
            {
                await ErrorResponse.WriteAsync(context, GatewayError.Stopping());
                return;
            }

            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, ContentLength: null, ContentType: null })
            {
                // Anthropic's clients name a version on every path.
                exchange.Endpoint ??= context.Request.Headers.ContainsKey("anthropic-version") ? ApiEndpoint.Messages : null;
                var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "/");
                await ErrorResponse.WriteAsync(context, context.Response.StatusCode == StatusCodes.Status404NotFound
                    ? GatewayError.UnknownUrl(method, path)
                    : GatewayError.MethodNotAllowed(method, path));
            }
        }
        catch (Exception exception) when (IsClientGone(exception, context))
        {
            // Nobody waits for an answer.
            exchange.Refusal = "client_disconnected";
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        }
        catch (BadHttpRequestException exception)
        {
            await ErrorResponse.WriteAsync(context, GatewayError.BadRequest(exception.StatusCode, exception.Message));
        }
        catch (Exception exception)
        {
            Log.Unhandled(logger, exception, exchange.RequestId);
            await ErrorResponse.WriteAsync(context, GatewayError.Internal());
        }
        finally
        {
            if (entered)
            {
                drain.Exit();
            }

            if (!isWatching && (activity is not null || telemetry.IsEnabled))
            {
                End(context, exchange, activity);
            }
        }
    }

    /// <summary>Tells the log, the instruments and the trace.</summary>
    private void End(HttpContext context, Exchange exchange, Activity? activity)
    {
        var ended = Ended(context, exchange);
        telemetry.Add(ended);
        if (activity is not null)
        {
            GatewayActivities.Describe(activity, context, ended);
        }
    }

    private EndedRequest Ended(HttpContext context, Exchange exchange)
    {
        var (request, response, elapsed) = (context.Request, context.Response, exchange.Elapsed);
        return new EndedRequest
        {
            RequestId = exchange.RequestId,
            TraceId = exchange.TraceId,
            Method = request.Method,
            Path = request.Path.Value ?? "/",
            Protocol = request.Protocol,
            Scheme = request.Scheme,
            Route = RouteOf(context),

            // What a browser asks before it asks is no request of its own.
            IsInference = _inference.Contain(request.Path) && !HttpMethods.IsOptions(request.Method),
            Operation = exchange.Operation,
            Status = exchange.Observation?.Status ?? response.StatusCode,
            Outcome = OutcomeOf(context, exchange),
            Refusal = exchange.Refusal,
            Limit = exchange.Limit,
            ReplayOf = exchange.ReplayOf,
            Tenant = exchange.Caller?.Tenant.Value,
            Key = exchange.Caller?.Key.Value,
            Target = exchange.Target,
            IsObserved = exchange.Observation is not null,
            IsCompleted = exchange.Observation is { Outcome: AnswerOutcome.Completed },
            FirstTokenMs = exchange.Observation?.FirstTokenMs,
            Billed = exchange.Bill is { } bill ? BilledUse.Of(bill) : null,
            Images = exchange.Measurement?.Images.Count ?? 0,
            Compared = exchange.Compared,
            IsStream = response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) ?? false,
            EndedAt = exchange.At + elapsed,
            Elapsed = elapsed,
            Elsewhere = exchange.ProviderTime + exchange.ReadingTime,
        };
    }

    private static string? RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern ? pattern.StartsWith('/') ? pattern : $"/{pattern}" : null;

    private static string OutcomeOf(HttpContext context, Exchange exchange) => exchange switch
    {
        { Observation: { } observed } => LedgerText.Of(observed.Outcome),
        { ReplayOf: not null, Refusal: null } => "replayed",
        { Refusal: "client_disconnected" } => "client_disconnected",
        { Refusal: not null } => context.Response.StatusCode >= StatusCodes.Status500InternalServerError ? "failed" : "refused",
        _ => "completed",
    };

    private static bool IsClientGone(Exception exception, HttpContext context) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} failed in the gateway")]
        public static partial void Unhandled(ILogger logger, Exception exception, string requestId);
    }
}
