using Gateway.Core.Models;

namespace Gateway.Forwarding.Routing;

/// <summary>A deployment of a card with what is known of it.</summary>
internal sealed record Candidate(Deployment Deployment, DeploymentState State, ProviderKeys Keys)
{
    public bool HasRoom => Deployment.MaxConcurrency is not { } most || State.InFlight < most;

    public bool IsReady(long now) => HasRoom && State.IsReady(now) && Keys.AnyReady(State, now);

    /// <summary>When nothing but other requests is in its way, as a timestamp of the clock.</summary>
    public long ReadyAt(long now, TimeProvider time) => Math.Max(
        Math.Max(State.RestsUntil, Keys.ReadyAt(State)), now + (long)(State.Breaker.OpenFor(now).TotalSeconds * time.TimestampFrequency));
}
