using System.Runtime.CompilerServices;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Forwarding.Routing;
using Gateway.Images;

namespace Gateway.Pipeline;

/// <summary>The pipeline's stages between the body and its admission. A request that is forwarded and one that is only quoted both go this way.</summary>
/// <param name="models">Finds who serves.</param>
/// <param name="images">Finds what the images are.</param>
/// <param name="stored">Finds what a request builds on; null where nothing is stored.</param>
internal sealed class RequestPreparation(ModelResolver models, ImageResolver images, StoredReferences? stored)
{
    /// <param name="endpoint">What was called.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="catalog">The catalog that the request works with from start to end.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="at">When the request arrived.</param>
    /// <param name="pictures">Holds images that must be fetched to be sent; null where nothing will be sent.</param>
    /// <param name="ct">The client's patience.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome<PreparedRequest>> PrepareAsync(
        IEndpoint endpoint, ReadOnlyMemory<byte> body, CatalogSnapshot catalog, Caller caller, DateTimeOffset at, HeldPictures? pictures, CancellationToken ct)
    {
        // (3) One pass over its bytes.
        if (!endpoint.TryRead(body, catalog.Images.MaxPerRequest, out var request, out var error))
        {
            return error;
        }

        // (4) The model behind the name, and who serves it; what its card allows.
        var writer = new UpstreamWriter(endpoint, body, request, request.Model, at);
        if (!models.Resolve(catalog, request.Model, caller, at).TryGet(out var target, out error)
            || !writer.Plan(target.Card).TryGet(out _, out error))
        {
            return error;
        }

        if (request.Images.Count > 0 && endpoint.WeighsImages && target.Card.Usable.All(static deployment => deployment.ImageFormula is null))
        {
            return GatewayError.ContentUnsupported(request.Images[0].Path, request.Images[0].TypeName);
        }

        // What it builds on, which is with one provider alone.
        if (request.References.Count > 0)
        {
            if (!(await FindStoredAsync(request, target, caller, ct)).TryGet(out var context, out error))
            {
                return error;
            }

            writer.Stored = context;
            target = target with { Deployment = context.Deployment! }; // There are references.
        }

        // (5) The images' headers, and those images that anyone who may serve needs in the body. (6) What it all weighs, as the upstream model counts.
        // (7) What it may take.
        ModelCard[] fallbacks = target.Card.Fallbacks.IsEmpty || request.References.Count > 0 ? [] : [.. ModelResolver.Fallbacks(catalog, target.Card, caller, at)];
        var inlined = pictures is not null && request.Images.Count > 0 && (Inlines(target.Card) || Array.Exists(fallbacks, Inlines)) ? pictures : null;
        if (!(await images.ResolveAsync(body, request.Images, caller.Tenant, catalog.Images, inlined, ct)).TryGet(out var sized, out error))
        {
            return error;
        }

        writer.Images = sized;
        writer.IsQuote = pictures is null;
        if (!Write(writer, target).TryGet(out var upstream, out error))
        {
            return error;
        }

        var quote = QuoteOf(upstream, catalog);
        return new PreparedRequest(upstream, sized, quote, MostCost(writer, upstream, quote.Ceiling, fallbacks, catalog), fallbacks, writer.Write);
    }

    private ValueTask<Outcome<StoredContext>> FindStoredAsync(ParsedRequest request, Target target, Caller caller, CancellationToken ct) =>
        stored?.FindAsync(request, target, caller.Tenant, ct)
        ?? new(request.References[0] is { IsResponse: false } item ? GatewayError.ItemNotFound(item.Path, item.Id) : GatewayError.PreviousResponseNotFound(request.References[0].Id));

    /// <summary>For the deployment that was chosen; where that one cannot take the request, for the first of the card's that can.</summary>
    private static Outcome<Upstream> Write(UpstreamWriter writer, Target target)
    {
        var chosen = writer.Write(target);
        if (chosen.Error is null)
        {
            return chosen;
        }

        foreach (var deployment in target.Card.Usable)
        {
            if (!ReferenceEquals(deployment, target.Deployment) && writer.Write(target with { Deployment = deployment }) is { Error: null } other)
            {
                return other;
            }
        }

        return chosen;
    }

    private static bool Inlines(ModelCard card)
    {
        foreach (var deployment in card.Usable)
        {
            if (deployment.Provider.Dialect.InlinesImages)
            {
                return true;
            }
        }

        return false;
    }

    private static Quote QuoteOf(Upstream upstream, CatalogSnapshot catalog) => QuoteOf(upstream.Target, upstream.Plan, upstream.Measurement, catalog);

    private static Quote QuoteOf(Target target, RequestPlan plan, Measurement measurement, CatalogSnapshot catalog) =>
        Quoter.Quote(plan, measurement, target, catalog.Limits.TokensCharge, catalog.Limits.DefaultCompletionTokens);

    /// <summary>
    /// The ceiling of the dearest that may serve. Deployments of one card cost the same but for how they count pictures, so those that count
    /// them as one before did are passed over.
    /// </summary>
    private static Money MostCost(UpstreamWriter writer, Upstream first, Money ceiling, ModelCard[] fallbacks, CatalogSnapshot catalog)
    {
        var most = ceiling;
        if (writer.Images.Length > 0 && first.Target.Card.Usable.Count > 1)
        {
            Consider(first.Target.Card, first.Target.Deployment);
        }

        foreach (var card in fallbacks)
        {
            Consider(card, known: null);
        }

        return most;

        void Consider(ModelCard card, Deployment? known)
        {
            foreach (var deployment in card.Usable.DistinctBy(static deployment => deployment.ImageFormula))
            {
                var target = writer.TargetOf(card, deployment);
                if (!(known is not null && Equals(deployment.ImageFormula, known.ImageFormula)) && writer.Weigh(target).TryGet(out var weighed, out _))
                {
                    var cost = QuoteOf(target, weighed.Plan, weighed.Measurement, catalog).Ceiling;
                    most = cost.NanoUsd > most.NanoUsd ? cost : most;
                }
            }
        }
    }
}
