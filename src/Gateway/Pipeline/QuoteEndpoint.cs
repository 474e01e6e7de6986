using System.Buffers;
using System.Text.Json;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Limits;

namespace Gateway.Pipeline;

/// <summary>
/// An endpoint's <c>/quote</c>: what a request would weigh and cost, and whether its limits would let it in; and <c>/v1/messages/count_tokens</c>,
/// which is told the weight alone. Nothing is sent or charged.
/// </summary>
internal sealed class QuoteEndpoint(
    KeyAuthenticator keys, RequestBodyReader bodies, CatalogStore catalogs, RequestPreparation preparation, ILimiter limiter, IFunds funds)
{
    // No limit of requests or tokens counts them, and an exact count of much text takes a while.
    private readonly TenantSlots _quotes = new(mostOfTenant: 16, mostOfAll: 128);

    public Task QuoteAsync(HttpContext context, IEndpoint endpoint) => HandleAsync(context, endpoint, countsOnly: false);

    public Task CountAsync(HttpContext context) => HandleAsync(context, ApiEndpoint.CountedMessages, countsOnly: true);

    private async Task HandleAsync(HttpContext context, IEndpoint endpoint, bool countsOnly)
    {
        var exchange = Exchange.Of(context);
        exchange.Endpoint = endpoint;
        if (await AnswerAsync(context, exchange, endpoint, countsOnly) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    private async ValueTask<GatewayError?> AnswerAsync(HttpContext context, Exchange exchange, IEndpoint endpoint, bool countsOnly)
    {
        var ct = context.RequestAborted;
        if (!(await keys.AuthenticateAsync(context, endpoint.SpeaksAnthropic)).TryGet(out var caller, out var error))
        {
            return error;
        }

        exchange.Caller = caller;
        using var slot = _quotes.TryTake(caller.Tenant);
        if (slot is null)
        {
            return GatewayError.TooManyAtOnce("quotes");
        }

        if (!(await bodies.ReadAsync(context)).TryGet(out var body, out error))
        {
            return error;
        }

        using var held = body;
        var catalog = catalogs.Current;
        if (!(await preparation.PrepareAsync(endpoint, body.Memory, catalog, caller, exchange.At, pictures: null, ct)).TryGet(out var prepared, out error))
        {
            return error;
        }

        (exchange.Target, exchange.Measurement) = (prepared.Target, prepared.Measurement);
        var quote = QuoteDocument.Of(endpoint, prepared, body.Memory.Span, catalog.Limits);
        if (countsOnly)
        {
            await WriteAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("input_tokens"u8, quote.PromptTokens);
                json.WriteEndObject();
            }, ct);
            return null;
        }

        var scopes = caller.PlanUnder(catalog.Tier(caller.Tier)).ForModel(prepared.Target.Card.Id);
        var refusal = await limiter.PeekAsync(caller.Tenant, scopes, prepared.Quote.TokensCharged, ct);
        var spent = refusal is null
            ? await funds.PeekAsync(caller.FundsAt(exchange.At).Bounds, prepared.MostCost, surely: true, ct)
            : null;
        var refusedBy = QuoteDocument.Describe(refusal) ?? spent?.Describe();
        await WriteAsync(context, json => quote.WriteTo(json, refusedBy), ct);
        return null;
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, CancellationToken ct)
    {
        var answer = new ArrayBufferWriter<byte>(2048);
        await using (var json = new Utf8JsonWriter(answer))
        {
            write(json);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory, ct);
    }
}
