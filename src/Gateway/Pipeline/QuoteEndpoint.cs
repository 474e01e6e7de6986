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

/// <summary><c>POST</c> to an endpoint's path and <c>/quote</c>: what a request would weigh and cost, and whether its limits would let it in. Nothing is sent or charged.</summary>
internal sealed class QuoteEndpoint(
    KeyAuthenticator keys, RequestBodyReader bodies, CatalogStore catalogs, RequestPreparation preparation, ILimiter limiter, IFunds funds)
{
    // No limit of requests or tokens counts them, and an exact count of much text takes a while.
    private readonly TenantSlots _quotes = new(mostOfTenant: 16, mostOfAll: 128);

    public async Task HandleAsync(HttpContext context, IEndpoint endpoint)
    {
        Exchange.Of(context).Endpoint = endpoint;
        if (await AnswerAsync(context, Exchange.Of(context), endpoint, isCount: false) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    /// <summary><c>POST /v1/responses/input_tokens</c>, <c>/v1/messages/count_tokens</c>: what a request weighs, and nothing else of its quote.</summary>
    public async Task CountAsync(HttpContext context, IEndpoint endpoint)
    {
        Exchange.Of(context).Endpoint = endpoint;
        if (await AnswerAsync(context, Exchange.Of(context), endpoint, isCount: true) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    private async ValueTask<GatewayError?> AnswerAsync(HttpContext context, Exchange exchange, IEndpoint endpoint, bool isCount)
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

        if (!(await bodies.ReadAsync(context, endpoint)).TryGet(out var body, out error))
        {
            return error;
        }

        using var held = body;
        var catalog = catalogs.Current;
        if (!(await preparation.PrepareAsync(endpoint, body.Memory, body.Form?.Form, catalog, caller, exchange.At, pictures: null, ct)).TryGet(out var prepared, out error))
        {
            return error;
        }

        (exchange.Target, exchange.Measurement) = (prepared.Target, prepared.Measurement);
        var document = QuoteDocument.Of(prepared, body.Memory.Span, catalog.Limits, endpoint);
        if (isCount)
        {
            await WriteAsync(context, json => WriteCount(json, document.PromptTokens, endpoint), ct);
            return null;
        }

        var scopes = caller.PlanUnder(catalog.Tier(caller.Tier)).ForModel(prepared.Target.Card.Id);
        var refusal = await limiter.PeekAsync(caller.Tenant, scopes, prepared.Quote.TokensCharged, ct);
        var spent = refusal is null
            ? await funds.PeekAsync(caller.FundsAt(exchange.At).Bounds, prepared.MostCost, surely: true, ct)
            : null;
        await WriteAsync(context, json => document.WriteTo(json, QuoteDocument.Describe(refusal) ?? spent?.Describe(), endpoint), ct);
        return null;
    }

    private static void WriteCount(Utf8JsonWriter json, long tokens, IEndpoint endpoint)
    {
        json.WriteStartObject();
        if (!endpoint.SpeaksAnthropic)
        {
            json.WriteString("object"u8, "response.input_tokens"u8);
        }

        json.WriteNumber("input_tokens"u8, tokens);
        json.WriteEndObject();
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
