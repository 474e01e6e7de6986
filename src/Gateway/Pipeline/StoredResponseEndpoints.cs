using System.Buffers;
using System.Data.Common;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Forwarding;
using Gateway.Keys;
using Gateway.Responses;

namespace Gateway.Pipeline;

/// <summary>
/// <c>/v1/responses/{id}</c> and what lies under it, for the tenant that had the response made; another tenant's are not there. Each is passed
/// on to who has it, and costs nothing.
/// </summary>
internal sealed partial class StoredResponseEndpoints(
    KeyAuthenticator keys, CatalogStore catalogs, ResponseStore store, StoredCall call, ILogger<StoredResponseEndpoints> logger)
{
    private static readonly string[] OfResponse = ["include", "include[]"];
    private static readonly string[] OfItems = ["include", "include[]", "after", "before", "limit", "order"];

    // No limit of requests counts them.
    private readonly TenantSlots _calls = new(mostOfTenant: 16, mostOfAll: 128);

    public Task GetAsync(HttpContext context, string id) => AnswerAsync(context, id, HttpMethod.Get, "", OfResponse);

    public Task ItemsAsync(HttpContext context, string id) => AnswerAsync(context, id, HttpMethod.Get, "/input_items", OfItems);

    public Task CancelAsync(HttpContext context, string id) => AnswerAsync(context, id, HttpMethod.Post, "/cancel", []);

    public Task DeleteAsync(HttpContext context, string id) => AnswerAsync(context, id, HttpMethod.Delete, "", []);

    private async Task AnswerAsync(HttpContext context, string id, HttpMethod method, string under, string[] queries)
    {
        if (await RunAsync(context, id, method, under, queries) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    private async ValueTask<GatewayError?> RunAsync(HttpContext context, string id, HttpMethod method, string under, string[] queries)
    {
        var (exchange, ct) = (Exchange.Of(context), context.RequestAborted);
        if (!(await keys.AuthenticateAsync(context)).TryGet(out var caller, out var error))
        {
            return error;
        }

        exchange.Caller = caller;
        using var slot = _calls.TryTake(caller.Tenant);
        if (slot is null)
        {
            return GatewayError.TooManyAtOnce("requests for stored responses");
        }

        // A stored answer is not streamed again.
        if (context.Request.Query["stream"] is [{ } stream, ..] && !string.Equals(stream, "false", StringComparison.OrdinalIgnoreCase))
        {
            return GatewayError.UnsupportedParameter("stream");
        }

        try
        {
            if (await store.FindAsync(caller.Tenant, id, ct) is not { } item || item.Id != item.ResponseId)
            {
                return GatewayError.ResponseNotFound(id);
            }

            return await PassAsync(context, exchange, caller, item, method, under, queries);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException && !ct.IsCancellationRequested)
        {
            Log.StoreFailed(logger, exception);
            return GatewayError.StoreUnavailable();
        }
    }

    private async ValueTask<GatewayError?> PassAsync(
        HttpContext context, Exchange exchange, Caller caller, StoredItem item, HttpMethod method, string under, string[] queries)
    {
        if (!catalogs.Current.Providers.TryGetValue(item.Provider, out var provider)
            || provider.Unavailable is not null
            || provider.Dialect.Address(provider, "/responses", item.UpstreamModel, stream: false) is not { } responses)
        {
            return GatewayError.NoDeployment(item.Model);
        }

        var address = new UriBuilder(responses);
        address.Path += $"/{Uri.EscapeDataString(item.Id)}{under}";
        foreach (var name in queries)
        {
            foreach (var value in context.Request.Query[name])
            {
                address.Query += $"{(address.Query.Length > 1 ? "&" : "")}{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value ?? "")}";
            }
        }

        var sent = await call.SendAsync(provider, method, address.Uri, exchange.RequestId, context.RequestAborted);
        var isDeleted = method == HttpMethod.Delete && (sent.Error is null || sent.Error.Status == StatusCodes.Status404NotFound);
        if (isDeleted)
        {
            await store.RemoveAsync(caller.Tenant, item.Id, CancellationToken.None);
        }

        if (!sent.TryGet(out var answer, out var error))
        {
            return error.Status == StatusCodes.Status404NotFound ? GatewayError.ResponseNotFound(item.Id) : error;
        }

        using var held = answer;
        await WriteAsync(context, answer.Memory, item);
        return null;
    }

    /// <summary>As it is stored, but for the model's name, which is the one that the client knows.</summary>
    private static async ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> answer, StoredItem item)
    {
        List<Splice> edits = [];
        if (ResponsesAnswerReader.TryReadWhole(answer.Span, out var read) && read is { HasOutput: true, Model.Length: > 0 })
        {
            edits.Add(new Splice(read.Model.Start, read.Model.Length, JsonText.Quote(item.Model)));
        }

        var (response, spliced) = (context.Response, SplicedBody.From(answer, edits));
        response.ContentType = "application/json";
        response.ContentLength = spliced.Length;
        response.Headers["x-gateway-provider"] = item.Provider;
        response.Headers["x-gateway-model"] = item.UpstreamModel;
        foreach (var segment in spliced.Segments)
        {
            response.BodyWriter.Write(segment.Memory.Span);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Stored responses could not be looked up")]
        public static partial void StoreFailed(ILogger logger, Exception cause);
    }
}
