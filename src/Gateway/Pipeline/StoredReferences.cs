using System.Data.Common;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Responses;

namespace Gateway.Pipeline;

/// <summary>
/// Binds what providers store to the tenant that had it made: (1) a request that builds on something stored is this tenant's to make, and
/// goes to who has it; (2) what an answer left there is noted before the client learns that it is whole.
/// </summary>
internal sealed partial class StoredReferences(ResponseStore store, ILogger<StoredReferences> logger)
{
    /// <param name="request">What was read of it.</param>
    /// <param name="target">The model that it asks for.</param>
    /// <param name="tenant">Who asks.</param>
    /// <param name="ct">The client's patience.</param>
    public ValueTask<Outcome<StoredContext>> FindAsync(ParsedRequest request, Target target, TenantId tenant, CancellationToken ct) =>
        request.References.Count == 0 ? new(default(StoredContext)) : LookUpAsync(request, target, tenant, ct);

    /// <summary>
    /// Notes what the answer left at its provider. Where that fails the answer stands, as it has been paid for; nobody can build on it then.
    /// </summary>
    /// <param name="request">What was read of it.</param>
    /// <param name="target">Who served.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="observed">What was seen of the answer.</param>
    /// <param name="bill">What it used.</param>
    /// <param name="isSpooled">Whether the database is down, so that nobody should wait for it.</param>
    public async ValueTask BindAsync(ParsedRequest request, Target target, TenantId tenant, Observation observed, Bill bill, bool isSpooled)
    {
        if (!request.Store || observed is not { Stored: { } stored, Outcome: AnswerOutcome.Completed or AnswerOutcome.ClientDisconnected })
        {
            return;
        }

        if (isSpooled)
        {
            Log.NotBound(logger, null);
            return;
        }

        try
        {
            await store.AddAsync(
                new ResponseDraft(tenant, stored.Id, stored.Items, target, bill.Usage.TotalTokens, bill.Usage.CompletionTokens), CancellationToken.None);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException)
        {
            Log.NotBound(logger, exception);
        }
    }

    private async ValueTask<Outcome<StoredContext>> LookUpAsync(ParsedRequest request, Target target, TenantId tenant, CancellationToken ct)
    {
        Dictionary<string, StoredItem> known;
        try
        {
            known = await store.FindAsync(tenant, [.. request.References.Select(reference => reference.Id).Distinct(StringComparer.Ordinal)], ct);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException && !ct.IsCancellationRequested)
        {
            Log.NotFound(logger, exception);
            return GatewayError.StoreUnavailable();
        }

        long tokens = 0;
        foreach (var reference in request.References)
        {
            // The id of an item is no response's to build on, though both are known by one name.
            if (!known.TryGetValue(reference.Id, out var item) || reference.IsResponse != (item.Id == item.ResponseId))
            {
                return reference.IsResponse ? GatewayError.PreviousResponseNotFound(reference.Id) : GatewayError.ItemNotFound(reference.Path, reference.Id);
            }

            tokens = (long)Int128.Min((Int128)tokens + item.Tokens, long.MaxValue);
        }

        var first = request.References[0];
        var (provider, model) = (known[first.Id].Provider, known[first.Id].UpstreamModel);
        if (request.References.FirstOrDefault(reference => known[reference.Id].Provider != provider) is { Id: not null } elsewhere)
        {
            return GatewayError.StoredElsewhere(elsewhere.Path, target.Requested);
        }

        // An account has what any of its models made.
        var deployment = target.Card.Usable.FirstOrDefault(deployment => deployment.Provider.Name == provider && deployment.Model == model)
            ?? target.Card.Usable.FirstOrDefault(deployment => deployment.Provider.Name == provider);
        return deployment is null ? GatewayError.StoredElsewhere(first.Path, target.Requested) : new StoredContext(deployment, first.Path, tokens);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A stored response could not be bound to its tenant: nothing can build on it")]
        public static partial void NotBound(ILogger logger, Exception? cause);

        [LoggerMessage(2, LogLevel.Error, "Stored responses could not be looked up, and a request that builds on one was refused")]
        public static partial void NotFound(ILogger logger, Exception cause);
    }
}
