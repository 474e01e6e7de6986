using System.Collections.Concurrent;
using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>What this node last saw of the limits in Redis, shared by the callers that a limit binds. Only ever a reason to ask Redis, never to refuse.</summary>
internal sealed class LevelHints
{
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<(string ScopeId, LimitKind Kind), LevelHint> _seen = new();

    /// <summary>Full at first: what was never seen is no reason to ask.</summary>
    public LevelHint For(BucketRule rule)
    {
        if (_seen.Count >= Most)
        {
            // Callers keep the hints that they hold; all that is lost is sharing them with callers to come.
            _seen.Clear();
        }

        return _seen.GetOrAdd((rule.Scope.Id, rule.Kind), static of => new LevelHint(of.Kind));
    }
}
