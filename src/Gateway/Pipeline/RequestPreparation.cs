using System.Runtime.CompilerServices;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Images;

namespace Gateway.Pipeline;

/// <summary>The pipeline's stages between the body and its admission. A request that is forwarded and one that is only quoted both go this way.</summary>
internal sealed class RequestPreparation(ModelResolver models, ImageResolver images)
{
    /// <param name="body">The whole body.</param>
    /// <param name="catalog">The catalog that the request works with from start to end.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="at">When the request arrived.</param>
    /// <param name="pictures">Holds images that must be fetched to be sent; null where nothing will be sent.</param>
    /// <param name="ct">The client's patience.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome<PreparedRequest>> PrepareAsync(
        ReadOnlyMemory<byte> body, CatalogSnapshot catalog, Caller caller, DateTimeOffset at, HeldPictures? pictures, CancellationToken ct)
    {
        // (3) One pass over its bytes.
        if (!RequestReader.TryRead(body, catalog.Images.MaxPerRequest, out var request, out var error))
        {
            return error;
        }

        // (4) The model behind the name, and who serves it; what its card allows.
        if (!models.Resolve(catalog, request.Model, caller, at).TryGet(out var target, out error)
            || !RequestPolicy.TryApply(body, request, target.Card.Parameters, out var plan, out error))
        {
            return error;
        }

        if (Unsupported(request, target) is { } unsupported)
        {
            return unsupported;
        }

        // (5) The images' headers. (6) What it all weighs, as the upstream model counts. (7) What it may take.
        var inlined = target.Deployment.Provider.Dialect.InlinesImages ? pictures : null;
        if (!(await images.ResolveAsync(body, request.Images, caller.Tenant, catalog.Images, inlined, ct)).TryGet(out var sized, out error)
            || !Meter.TryMeasure(request, sized, target.Deployment.ImageFormula, out var measurement, out error))
        {
            return error;
        }

        var quote = Quoter.Quote(plan, measurement, target, catalog.Limits.TokensCharge, catalog.Limits.DefaultCompletionTokens);
        return new PreparedRequest(plan, target, sized, measurement, quote);
    }

    private static GatewayError? Unsupported(ParsedRequest request, Target target)
    {
        foreach (var field in request.ImageFields)
        {
            if (!target.Card.AcceptImageField)
            {
                return GatewayError.UnknownParameter(field.Path);
            }

            if (field.Problem is { } problem)
            {
                return problem;
            }
        }

        if (request.Images.Count > 0 && (!target.Card.Takes("image") || target.Deployment.ImageFormula is null))
        {
            return GatewayError.ContentUnsupported(request.Images[0].Path, "image_url");
        }

        return request switch
        {
            { Audio: { } path } when !target.Card.Takes("audio") => GatewayError.ContentUnsupported(path, "input_audio"),
            { File: { } path } when !target.Card.Takes("file") => GatewayError.ContentUnsupported(path, "file"),
            _ => null,
        };
    }
}
