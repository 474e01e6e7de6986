using System.Collections.Immutable;

namespace Gateway.Forwarding.Routing;

/// <summary>A provider's keys, in turn. Empty for one that needs none.</summary>
internal sealed class ProviderKeys(ImmutableArray<KeyState> keys)
{
    private uint _turn;

    public int Count => keys.Length;

    /// <summary>Whether one of them may be used for a deployment: always, where none is needed.</summary>
    public bool AnyReady(DeploymentState deployment, long now)
    {
        if (keys.IsEmpty)
        {
            return true;
        }

        foreach (var key in keys)
        {
            if (ReadyAt(key, deployment) <= now)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next one that may be used, else the one that will be first; null where none is needed.</summary>
    public KeyState? Next(DeploymentState deployment, long now)
    {
        if (keys.Length <= 1)
        {
            return keys.IsEmpty ? null : keys[0];
        }

        var start = (int)((Interlocked.Increment(ref _turn) - 1) % (uint)keys.Length);
        var soonest = keys[start];
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[(start + i) % keys.Length];
            if (ReadyAt(key, deployment) <= now)
            {
                return key;
            }

            soonest = ReadyAt(key, deployment) < ReadyAt(soonest, deployment) ? key : soonest;
        }

        return soonest;
    }

    /// <summary>When the first of them may be used, as a timestamp of the clock.</summary>
    public long ReadyAt(DeploymentState deployment)
    {
        var first = keys.IsEmpty ? long.MinValue : long.MaxValue;
        foreach (var key in keys)
        {
            first = Math.Min(first, ReadyAt(key, deployment));
        }

        return first;
    }

    private static long ReadyAt(KeyState key, DeploymentState deployment) => Math.Max(key.AsideUntil, deployment.LimitOf(key));
}
