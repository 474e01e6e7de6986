using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Gateway.Core.Models;
using Gateway.Telemetry;

namespace Gateway.Forwarding.Routing;

/// <summary>
/// The state of every deployment and key, for as long as the process lives: a reload of the catalog finds it again by the provider's name
/// and the upstream model, or the key. What no catalog names any more is dropped when new ones come.
/// </summary>
/// <param name="current">The deployments of the catalog in force.</param>
/// <param name="time">The clock.</param>
internal sealed class DeploymentStates(Func<IEnumerable<Deployment>> current, TimeProvider time)
{
    // Files change by a few names at a time.
    private const int MostStale = 1000;

    private readonly ConcurrentDictionary<(string Provider, string Model), DeploymentState> _deployments = new();
    private readonly ConcurrentDictionary<(string Provider, string Key), KeyState> _keys = new();
    private readonly ConditionalWeakTable<ModelCard, Candidate[]> _byCard = [];
    private readonly ConditionalWeakTable<Provider, ProviderKeys> _byProvider = [];

    /// <summary>A card's usable deployments, in its order.</summary>
    public Candidate[] Of(ModelCard card) => _byCard.GetValue(card, Find);

    /// <summary>The health of every deployment of the catalog in force, each once.</summary>
    public IReadOnlyList<DeploymentHealth> Read() =>
        [.. current().DistinctBy(deployment => (deployment.Provider.Name, deployment.Model)).Select(Read)];

    private DeploymentHealth Read(Deployment deployment)
    {
        var state = Of(deployment);
        return state.Read(deployment.MaxConcurrency, _byProvider.GetValue(deployment.Provider, FindKeys).ReadyAt(state));
    }

    private Candidate[] Find(ModelCard card)
    {
        DropStale();
        return [.. card.Usable.Select(deployment => new Candidate(deployment, Of(deployment), _byProvider.GetValue(deployment.Provider, FindKeys)))];
    }

    private DeploymentState Of(Deployment deployment) => _deployments.GetOrAdd(
        (deployment.Provider.Name, deployment.Model), static (key, time) => new DeploymentState(key.Provider, key.Model, time), time);

    private ProviderKeys FindKeys(Provider provider) => new(
        [.. provider.Credentials.Select(credential => _keys.GetOrAdd((provider.Name, credential.Value), static (_, credential) => new KeyState(credential), credential))]);

    private void DropStale()
    {
        if (_deployments.Count < MostStale && _keys.Count < MostStale)
        {
            return;
        }

        // Whoever still holds one of them goes on with it; a later one begins anew.
        var named = current().ToList();
        var deployments = named.Select(deployment => (deployment.Provider.Name, deployment.Model)).ToHashSet();
        var keys = named.SelectMany(deployment => deployment.Provider.Credentials.Select(credential => (deployment.Provider.Name, credential.Value))).ToHashSet();
        foreach (var key in _deployments.Keys.Where(key => !deployments.Contains(key)))
        {
            _deployments.TryRemove(key, out _);
        }

        foreach (var key in _keys.Keys.Where(key => !keys.Contains(key)))
        {
            _keys.TryRemove(key, out _);
        }
    }
}
