using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Gateway.Forwarding;
using Gateway.Funds;
using Gateway.Idempotency;
using Gateway.Images;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Limits;

namespace Gateway.Pipeline;

/// <summary>
/// The way of a request, top to bottom, whichever <see cref="IEndpoint"/> it calls. Each stage returns the type that the next one needs, so none can be skipped; a refusal
/// at any of them ends the way and costs nothing.
/// </summary>
internal sealed partial class RequestPipeline(
    KeyAuthenticator keys,
    RequestBodyReader bodies,
    CatalogStore catalogs,
    RequestPreparation preparation,
    StoredReferences stored,
    ILimiter limiter,
    IFunds funds,
    Forwarder forwarder,
    Settlement settlement,
    ImageDrift drift,
    PictureMemory pictures,
    KeyGuard guard,
    Replays replays,
    ILogger<RequestPipeline> logger)
{
    // What is not free costs no less.
    private static readonly Money Least = new(1);

    public async Task HandleAsync(HttpContext context, IEndpoint endpoint)
    {
        var exchange = Exchange.Of(context);
        exchange.Endpoint = endpoint;
        if (await RunAsync(context, exchange, endpoint) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    /// <returns>What the client must be told; null where it has its answer.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<GatewayError?> RunAsync(HttpContext context, Exchange exchange, IEndpoint endpoint)
    {
        // (1) Who asks. A caller already over its limits is refused with its body unread.
        if (!(await keys.AuthenticateAsync(context, endpoint.SpeaksAnthropic)).TryGet(out var caller, out var error))
        {
            return error;
        }

        exchange.Caller = caller;
        if (!IdempotencyHeader.TryRead(context.Request.Headers, out var key, out error))
        {
            return error;
        }

        var catalog = catalogs.Current;
        var plan = caller.PlanUnder(catalog.Tier(caller.Tier));
        var accounts = caller.FundsAt(exchange.At).Bounds;
        if (key is null && await PeekAsync(context, caller, plan, accounts) is { } over)
        {
            return over;
        }

        // (2) The body, pooled and capped; that of a form kept whole, in memory or on disk.
        if (!(await bodies.ReadAsync(context, endpoint)).TryGet(out var body, out error))
        {
            return error;
        }

        using var held = body;

        // A repeat of what was answered gets that answer, whatever its caller's limits are by now.
        IdempotentRequest? keyed = null;
        if (key is { } named)
        {
            keyed = IdempotentRequest.Of(caller, named, endpoint.Path, body.Identity());
            if (await guard.FindAsync(keyed, context.RequestAborted) is { } known)
            {
                return await RepeatAsync(context, exchange, body, known);
            }

            if (await PeekAsync(context, caller, plan, accounts) is { } beyond)
            {
                return beyond;
            }
        }

        // (3) to (7): read, resolved to who serves it, its images looked at, weighed and quoted.
        using var inlined = pictures.Begin();
        if (!(await preparation.PrepareAsync(endpoint, body.Memory, body.Form?.Form, catalog, caller, exchange.At, inlined, context.RequestAborted)).TryGet(out var prepared, out error))
        {
            return error;
        }

        var (request, target, measurement) = (prepared.Request, exchange.Target = prepared.Target, exchange.Measurement = prepared.Measurement);

        // Nothing is sent while its row could not be written.
        if (settlement.IsDown)
        {
            return GatewayError.LedgerUnavailable();
        }

        // Nor on money of which nobody knows how much is left.
        if (!accounts.IsEmpty && settlement.IsSpooling)
        {
            return GatewayError.StoreUnavailable();
        }

        // (8) One atomic step over the rates that bind it, and one over the money. Whatever happens from here on, both end.
        var reserved = await limiter.ReserveAsync(
            new ReservationTerms(exchange.RequestId, caller.Tenant, plan.ForModel(target.Card.Id), prepared.Quote.TokensCharged), context.RequestAborted);
        if (!reserved.TryGet(out var reservation))
        {
            return reserved.Refusal is { } refusal ? Refuse(context, refusal, request.Model) : reserved.ToError(request.Model);
        }

        await using var lease = reservation;
        if (!(await funds.HoldAsync(exchange.RequestId, accounts, prepared.MostCost)).TryGet(out var hold, out error))
        {
            RateLimitHeaders.Write(context, reservation.Levels);
            return error;
        }

        await using var money = hold;
        using var owed = settlement.Expect();

        // With a key it must be this request's own before anything is sent. Another may just have taken it.
        IdempotencyClaim? taken = null;
        if (keyed is not null)
        {
            var verdict = await guard.ClaimAsync(keyed, exchange.RequestId);
            if (verdict is not KeyVerdict.Claimed claimed)
            {
                return await RepeatAsync(context, exchange, body, verdict);
            }

            taken = claimed.Claim;
        }

        await using var claim = taken;
        using var copy = claim is null ? null : new AnswerCopy(guard.MaxAnswerBytes);
        WriteHeaders(context, reservation, hold);

        // (9) There and back, up to the last byte. Who serves in the end may be another than was quoted.
        var forward = new ForwardRequest
        {
            RequestId = exchange.RequestId,
            Endpoint = endpoint,
            First = prepared.Upstream,
            Fallbacks = prepared.Fallbacks,
            Prepare = prepared.Others,
            Parsed = request,
            Disconnect = caller.Disconnect,
            Arrived = exchange.Arrived,
            Copy = copy,
            Release = served =>
            {
                body.KeepTextOf(request, served.Tokenizer);
                inlined.Dispose();
            },
        };
        using var response = await forwarder.SendAsync(context, forward);
        (exchange.Observation, exchange.ProviderTime) = (response.Observation, forward.Spent);
        (target, measurement) = (exchange.Target = forward.Target, exchange.Measurement = forward.Current.Measurement);
        if (response.Observation is { Usage: null, RefusedUsage: { } refused })
        {
            Log.UsageRefused(
                logger, exchange.RequestId, target.Deployment.Provider.Name, target.Deployment.Model, refused.Problem, refused.Reported.PromptTokens, refused.Reported.CompletionTokens);
        }

        // (10) The bill, durable before the last byte; what was reserved too much goes back.
        var counted = Bill.NeedsCount(response.Observation, response.Sent) ? Count(exchange, body, response) : default;
        var bill = Bill.Of(response.Observation, measurement, target.Price, response.Sent, counted);
        exchange.Bill = bill;
        var completion = claim is null ? null : Complete(claim, response, copy!, bill, target); // Both are there, or neither.
        var committed = await TryCommitAsync(exchange, request, response, bill, completion);
        var isSpooled = committed && settlement.IsSpooling;
        await hold.EndAsync(!committed ? HoldEnd.GivenBack : isSpooled ? HoldEnd.Spooled : HoldEnd.Committed);
        if (isSpooled && completion is not null)
        {
            claim!.Spooled(); // Without it there is no completion.
        }

        await reservation.SettleAsync(bill.TokensOf(measurement), CancellationToken.None);
        if (!committed)
        {
            await response.FailAsync(GatewayError.LedgerUnavailable(), exchange.TraceId, context.RequestAborted);
            return context.Response.HasStarted ? null : GatewayError.LedgerUnavailable();
        }

        exchange.Compared = drift.Compare(endpoint, target, measurement, response.Observation, body);
        await stored.BindAsync(request, target, caller.Tenant, response.Observation, bill, isSpooled);
        await response.FinishAsync(bill.Charge, exchange.TraceId, context.RequestAborted);
        return response.Refusal;
    }

    /// <summary>The answer that was given before, or why there is none.</summary>
    private async ValueTask<GatewayError?> RepeatAsync(HttpContext context, Exchange exchange, RequestBody body, KeyVerdict verdict)
    {
        body.Dispose();
        if (verdict is not KeyVerdict.Replay replay)
        {
            return ((KeyVerdict.Refused)verdict).Error;
        }

        exchange.ReplayOf = replay.Answer.RequestId;
        return await replays.WriteAsync(context, replay);
    }

    /// <summary>
    /// How the request's key ends: with the answer, where there is a whole one that is not too large; without, where something else is
    /// charged, so that a repeat is not charged again. Null where nothing is due: the key is free again.
    /// </summary>
    private static AnswerCompletion? Complete(IdempotencyClaim claim, ObservedResponse response, AnswerCopy copy, in Bill bill, Target target)
    {
        if (response.TryCopyEnd(bill.Charge, copy, out var contentType) && !copy.IsOverfull)
        {
            // A stream's own bytes tell its cost.
            Money? cost = response is StreamedResponse ? null : bill.Charge.Amount;
            return claim.Complete(
                new StoredAnswer(claim.Owner, StatusCodes.Status200OK, contentType, target.Deployment.Provider.Name, target.Deployment.Model, cost, copy.Span.Length),
                copy.Span);
        }

        return bill.Usage.IsNothing ? null : claim.Complete(null, []);
    }

    /// <summary>Whether the caller is over a limit, or at an account's end, already.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<GatewayError?> PeekAsync(HttpContext context, Caller caller, LimitPlan plan, ImmutableArray<FundsBound> accounts)
    {
        if (await limiter.PeekAsync(caller.Tenant, plan.Always, tokens: 1, context.RequestAborted) is { } over)
        {
            return Refuse(context, over, "this model");
        }

        return (await funds.PeekAsync(accounts, Least, surely: false, context.RequestAborted))?.ToError();
    }

    /// <summary>Exact tokens of what is left of the request's text, and of what came.</summary>
    private CountedText Count(Exchange exchange, RequestBody body, ObservedResponse response)
    {
        // All are set before anything is sent.
        var (target, measurement) = (exchange.Target!, exchange.Measurement!);
        try
        {
            if (target.Deployment.Tokenizer is not { } name || !BytePairEncoder.TryGet(name, out var encoder))
            {
                return default;
            }

            var isCounted = body.IsHeld && measurement.TextTokens <= PromptCounter.MostWorthCounting;
            return new CountedText(isCounted ? exchange.Endpoint!.CountText(body.Memory.Span, encoder).Tokens : null, response.CountReceived(encoder));
        }
        catch (Exception exception)
        {
            // The answer is owed, whatever is wrong with the counting: the estimate stands.
            Log.NotCounted(logger, exception, exchange.RequestId);
            return default;
        }
    }

    private static void WriteHeaders(HttpContext context, Reservation reservation, Hold hold)
    {
        RateLimitHeaders.Write(context, reservation.Levels);
        if (hold.Warning is { } warning)
        {
            context.Response.Headers["x-gateway-budget-warning"] = warning.ToString();
        }
    }

    private static GatewayError Refuse(HttpContext context, LimitRefusal refusal, string model)
    {
        RateLimitHeaders.Write(context, refusal.Levels);
        return refusal.ToError(model);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryCommitAsync(Exchange exchange, ParsedRequest request, ObservedResponse response, Bill bill, AnswerCompletion? completion)
    {
        try
        {
            await settlement.CommitAsync(
                new SettledRequest
                {
                    RequestId = exchange.RequestId,
                    At = exchange.At,
                    TraceId = exchange.TraceId,
                    Endpoint = exchange.Endpoint!.Path, // Set before (1).
                    Caller = exchange.Caller!, // Set in (1).
                    Target = exchange.Target!, // Set in (4).
                    Stream = request.Stream,
                    EndUser = request.EndUser,
                    Tags = request.Tags,
                    Measurement = exchange.Measurement!, // Set in (6).
                    Observation = response.Observation,
                    Latency = exchange.Elapsed,
                    Completion = completion,
                },
                bill);
            return true;
        }
        catch (LedgerUnavailableException exception)
        {
            Log.NotCommitted(logger, exception, exchange.RequestId, bill.Charge.Amount.NanoUsd);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "The usage of {RequestId} by {Provider} ({UpstreamModel}) is not believed ({Problem}): prompt {PromptTokens}, completion {CompletionTokens}. Its tokens are counted instead")]
        public static partial void UsageRefused(
            ILogger logger, string requestId, string provider, string upstreamModel, UsageProblem problem, long promptTokens, long completionTokens);

        [LoggerMessage(3, LogLevel.Error, "The text of {RequestId} could not be counted; its bill is an estimate")]
        public static partial void NotCounted(ILogger logger, Exception exception, string requestId);

        [LoggerMessage(1, LogLevel.Critical, "The ledger row of {RequestId} over {AmountNanoUsd} nano-dollars could not be written; its answer was withheld")]
        public static partial void NotCommitted(ILogger logger, Exception exception, string requestId, long amountNanoUsd);
    }
}
