using System.Collections.Immutable;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Catalog;

/// <summary>
/// From the model name of a request to what serves it:
/// (1) id or alias, spelt exactly; (2) the caller may use it, or it is as if it did not exist; (3) it is not merely announced;
/// (4) the first tier of deployments that has an available one, chosen there by weight.
/// </summary>
internal sealed class ModelResolver(CatalogStore catalog, Random random)
{
    public Outcome<Target> Resolve(string model, Caller caller, DateTimeOffset now) => Resolve(catalog.Current, model, caller, now);

    /// <param name="snapshot">The catalog that the request works with from start to end.</param>
    public Outcome<Target> Resolve(CatalogSnapshot snapshot, string model, Caller caller, DateTimeOffset now)
    {
        if (!snapshot.TryGetModel(model, out var card) || !caller.MayUse(card.Id))
        {
            return GatewayError.UnknownModel(model);
        }

        // A price that has not begun yet is no price to serve at.
        if (card.Status == ModelStatus.ComingSoon || !card.Prices.HasBegun(now))
        {
            return GatewayError.ModelComingSoon(model);
        }

        return Choose(card.Deployments) is { } deployment
            ? new Target(model, card, deployment, card.Prices.At(now))
            : GatewayError.NoDeployment(model);
    }

    // The deployments are in the order of their tiers.
    private Deployment? Choose(ImmutableArray<Deployment> deployments)
    {
        Deployment? first = null;
        long weights = 0;
        foreach (var deployment in deployments)
        {
            if (first is not null && deployment.Priority != first.Priority)
            {
                break;
            }

            if (IsAvailable(deployment))
            {
                first ??= deployment;
                weights += deployment.Weight;
            }
        }

        if (first is null || weights == first.Weight)
        {
            return first;
        }

        var drawn = random.NextInt64(weights);
        foreach (var deployment in deployments)
        {
            if (deployment.Priority == first.Priority && IsAvailable(deployment) && (drawn -= deployment.Weight) < 0)
            {
                return deployment;
            }
        }

        return first;
    }

    private static bool IsAvailable(Deployment deployment) => deployment.Provider.Unavailable is null;
}
