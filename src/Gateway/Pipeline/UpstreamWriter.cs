using Gateway.Core.Dialects;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Forwarding.Routing;

namespace Gateway.Pipeline;

/// <summary>
/// One request as each deployment gets it: the card's parameter policy, the weight by the deployment's own formula, the body in its own
/// dialect. Works on the body's memory, so for as long as that is held.
/// </summary>
/// <param name="endpoint">What was called.</param>
/// <param name="body">The whole body.</param>
/// <param name="request">What was read of it.</param>
/// <param name="requested">The model as the client named it.</param>
/// <param name="at">When the request arrived.</param>
internal sealed class UpstreamWriter(IEndpoint endpoint, ReadOnlyMemory<byte> body, ParsedRequest request, string requested, DateTimeOffset at)
{
    private (ModelCard Card, Outcome<RequestPlan> Plan) _planned;

    /// <summary>Set once they were looked at; before that nothing can be written.</summary>
    public SizedImage[] Images { get; set; } = [];

    /// <summary>What the request builds on; who has it is the only one to serve.</summary>
    public StoredContext Stored { get; set; }

    /// <summary>What a card makes of the request, or why it does not take it.</summary>
    public Outcome<RequestPlan> Plan(ModelCard card)
    {
        if (!ReferenceEquals(_planned.Card, card))
        {
            _planned = (card, Apply(card));
        }

        return _planned.Plan;
    }

    /// <summary>Whether nothing will be sent: then images that would have to be fetched for it were not.</summary>
    public bool IsQuote { get; set; }

    public Target TargetOf(ModelCard card, Deployment deployment) => new(requested, card, deployment, card.Prices.At(at));

    public Outcome<Upstream> Write(ModelCard card, Deployment deployment) => Write(TargetOf(card, deployment));

    public Outcome<Upstream> Write(Target target)
    {
        var deployment = target.Deployment;
        if (endpoint.PassageTo(deployment.Provider.Dialect) is not { } passage || deployment.AddressOf(passage.Route, request.Stream) is null)
        {
            return GatewayError.EndpointUnsupported(requested, endpoint.Path);
        }

        if (Stored.Deployment is { } keeper && !ReferenceEquals(deployment, keeper))
        {
            return GatewayError.StoredElsewhere(Stored.Path, requested);
        }

        if (!Weigh(target).TryGet(out var weighed, out var error))
        {
            return error;
        }

        if (IsQuote && deployment.Provider.Dialect.InlinesImages && request.Images.Any(static image => image.Source == ImageSource.Remote))
        {
            return new Upstream(target, weighed.Plan, SplicedBody.From(default, []), weighed.Measurement);
        }

        return passage.WriteRequest(new UpstreamRequest(body, weighed.Plan, Images, target.Card, deployment)).TryGet(out var spliced, out error)
            ? new Upstream(target, weighed.Plan, spliced, weighed.Measurement)
            : error;
    }

    /// <summary>What the request weighs there, whether or not it can be said in the deployment's dialect.</summary>
    public Outcome<(RequestPlan Plan, Measurement Measurement)> Weigh(Target target)
    {
        if (!Plan(target.Card).TryGet(out var plan, out var error))
        {
            return error;
        }

        if (Images.Length > 0 && endpoint.WeighsImages && target.Deployment.ImageFormula is null)
        {
            return GatewayError.ContentUnsupported(request.Images[0].Path, request.Images[0].TypeName);
        }

        if (!Meter.TryMeasure(endpoint.EstimateText(request), Images, target.Deployment.ImageFormula, out var measurement, out error))
        {
            return error;
        }

        if (request.Media is { } media)
        {
            (plan, measurement) = MediaMeter.Weigh(plan, measurement, media, target.Deployment.ImageFormula, target.Card.MaxOutputTokens);
        }

        measurement = Stored.Tokens == 0 ? measurement : measurement with { HistoryTokens = Stored.Tokens };

        // What the card's price does not hold for is not sent.
        return target.Card.MaxPromptTokens is { } most && measurement.PromptTokens > most
            ? GatewayError.ContextTooLong(endpoint.Prompt, most, measurement.PromptTokens)
            : (plan, measurement);
    }

    private Outcome<RequestPlan> Apply(ModelCard card)
    {
        if (card.Endpoints.IsEmpty ? !endpoint.IsOfKind(card) : !card.Endpoints.Contains(endpoint.Path))
        {
            return GatewayError.EndpointUnsupported(requested, endpoint.Path);
        }

        if (!RequestPolicy.TryApply(body, request, endpoint.PolicyOf(card.Parameters), out var plan, out var error))
        {
            return error;
        }

        return Unsupported(card) is { } unsupported ? unsupported : plan;
    }

    private GatewayError? Unsupported(ModelCard card)
    {
        foreach (var field in request.ImageFields)
        {
            if (!card.AcceptImageField)
            {
                return GatewayError.UnknownParameter(field.Path);
            }

            if (field.Problem is { } problem)
            {
                return problem;
            }
        }

        return request switch
        {
            { Images.Count: > 0 } when endpoint.WeighsImages && !card.Takes("image") => GatewayError.ContentUnsupported(request.Images[0].Path, request.Images[0].TypeName),
            { Audio: { } path } when !card.Takes("audio") => GatewayError.ContentUnsupported(path, "input_audio"),
            { File: { } path } when !card.Takes("file") => GatewayError.ContentUnsupported(path, "file"),
            _ => null,
        };
    }
}
