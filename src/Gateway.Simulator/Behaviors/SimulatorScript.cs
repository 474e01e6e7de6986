using System.Collections.Concurrent;

namespace Gateway.Simulator.Behaviors;

/// <summary>
/// What the next requests get, first come first served; goes over every other layer of behaviour. A request that is
/// refused for its key or its form takes nothing from the queue.
/// </summary>
public sealed class SimulatorScript
{
    private readonly ConcurrentQueue<Behavior> _next = new();
    private volatile Behavior _otherwise = Behavior.Normal;

    /// <summary>Behaviours not yet taken.</summary>
    public int Count => _next.Count;

    /// <summary>What every request gets that finds the queue empty.</summary>
    public Behavior Otherwise
    {
        get => _otherwise;
        set => _otherwise = value;
    }

    public void Enqueue(params ReadOnlySpan<Behavior> behaviors)
    {
        foreach (var behavior in behaviors)
        {
            _next.Enqueue(behavior);
        }
    }

    /// <summary>Enqueues one behaviour for each text of directives.</summary>
    /// <exception cref="FormatException">A directive is unknown or its value unusable; nothing was enqueued.</exception>
    public void Enqueue(params ReadOnlySpan<string> directives)
    {
        var behaviors = new Behavior[directives.Length];
        for (var i = 0; i < behaviors.Length; i++)
        {
            behaviors[i] = Behavior.Parse(directives[i]);
        }

        Enqueue(behaviors);
    }

    /// <summary>Forgets the queue and <see cref="Otherwise"/>.</summary>
    public void Clear()
    {
        _next.Clear();
        _otherwise = Behavior.Normal;
    }

    internal Behavior Next() => _next.TryDequeue(out var behavior) ? behavior : _otherwise;
}
