using System.Collections.Concurrent;

namespace Gateway.Testing.Soak;

/// <summary>What a scenario found: facts, and what must not be.</summary>
internal sealed class SoakReport(string scenario)
{
    private const int Examples = 5;

    private readonly ConcurrentQueue<string> _facts = [];
    private readonly ConcurrentQueue<string> _violations = [];

    public IReadOnlyCollection<string> Violations => _violations;

    public void Fact(string fact) => _facts.Enqueue(fact);

    public void Violation(string violation) => _violations.Enqueue(violation);

    /// <summary>One violation for all that are there, with a few of them.</summary>
    public void None<T>(string what, IEnumerable<T> found)
    {
        var all = found.ToList();
        if (all.Count > 0)
        {
            Violation($"{what}: {all.Count}\n    {string.Join("\n    ", all.Take(Examples))}");
        }
    }

    public void Holds(bool condition, string otherwise)
    {
        if (!condition)
        {
            Violation(otherwise);
        }
    }

    public override string ToString() => string.Join(
        '\n',
        [
            $"{scenario}: {(_violations.IsEmpty ? "no violation" : $"{_violations.Count} VIOLATIONS")}",
            .. _facts.Select(static fact => $"  {fact}"),
            .. _violations.Select(static violation => $"  VIOLATION {violation}"),
        ]);
}
