namespace Gateway.Benchmarks.Servers;

/// <summary>What the measured gateway stands on, and what else it is to be told.</summary>
internal sealed record GatewaySettings
{
    /// <summary>The directory of another build to measure; null = this one.</summary>
    public string? Build { get; init; }

    /// <summary>Extra environment, <c>NAME=VALUE</c> each.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The catalog's text for an upstream at the given URL.</summary>
    public Func<Uri, string> Catalog { get; init; } = BenchmarkCatalog.For;

    public string? Postgres { get; init; }

    public string? Redis { get; init; }
}
