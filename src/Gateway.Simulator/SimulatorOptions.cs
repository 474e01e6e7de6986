using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator;

/// <summary>How a simulator is set up. The defaults suit a test: a free port, no key, everything recorded, no waiting.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Where to listen, plain http; null = 127.0.0.1 on a free port.</summary>
    public Uri? Url { get; init; }

    /// <summary>The only bearer key that is let in; null = every key, or none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The lowest layer of behaviour: directives of the model name, of the message and the script go over it.</summary>
    public Behavior Default { get; init; } = Behavior.Normal;

    /// <summary>The names that <c>GET /v1/models</c> lists. Other names are served all the same.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["gpt-4o", "gpt-4o-mini", "gpt-4-turbo", "gpt-4.1"];

    /// <summary>Whether requests are kept for inspection. Off for load runs, where bodies are then pooled.</summary>
    public bool Record { get; init; } = true;

    /// <summary>How many requests are kept; the oldest goes first.</summary>
    public int RecordedRequests { get; init; } = 256;

    /// <summary>How many bytes of bodies are kept in total; the oldest request goes first.</summary>
    public long RecordedBytes { get; init; } = 64L * 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
