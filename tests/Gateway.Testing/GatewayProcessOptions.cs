namespace Gateway.Testing;

/// <summary>How a gateway is started as a process of its own. The defaults: Production, a free loopback port, SQLite in a temporary directory.</summary>
public sealed record GatewayProcessOptions
{
    /// <summary>The text of its catalog file.</summary>
    public required string Catalog { get; init; }

    /// <summary>Where its data lie; null = a temporary directory that ends with the process.</summary>
    public string? DataDirectory { get; init; }

    public string Environment { get; init; } = "Production";

    public string AdminKey { get; init; } = $"admin-{Guid.NewGuid():N}";

    /// <summary>Further settings, as environment variables: <c>ConnectionStrings__Redis</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
