using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Models;

namespace Gateway.Catalog;

/// <summary>
/// From the model name of a request to what serves it:
/// (1) id or alias, spelt exactly; (2) the caller may use it, or it is as if it did not exist; (3) it is not merely announced;
/// (4) one of its deployments that can be sent to.
/// </summary>
/// <param name="catalog">The catalog in force.</param>
/// <param name="choose">Picks one of a card's usable deployments; it is only asked where there is one.</param>
internal sealed class ModelResolver(CatalogStore catalog, Func<ModelCard, Deployment> choose)
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

        return card.Usable.Count > 0
            ? new Target(model, card, choose(card), card.Prices.At(now))
            : GatewayError.NoDeployment(model);
    }

    /// <summary>The models of a card's <c>fallbacks</c> that this caller may use now and that have somebody to serve them, in order.</summary>
    public static IEnumerable<ModelCard> Fallbacks(CatalogSnapshot snapshot, ModelCard card, Caller caller, DateTimeOffset now)
    {
        foreach (var name in card.Fallbacks)
        {
            if (snapshot.TryGetModel(name, out var other)
                && caller.MayUse(other.Id)
                && other.Status != ModelStatus.ComingSoon
                && other.Prices.HasBegun(now)
                && other.Usable.Count > 0)
            {
                yield return other;
            }
        }
    }
}
