namespace Gateway.Conformance.Providers;

/// <summary>A provider behind the gateway, for the cases that must be the same whichever provider answers.</summary>
/// <param name="Dialect">As the catalog names it.</param>
/// <param name="Path">Of the base URL, below the simulator's address.</param>
/// <param name="UpstreamModel">The deployment's model.</param>
/// <param name="More">Further fields of the provider in the catalog, with a comma before them.</param>
public sealed record ProviderKind(string Dialect, string Path, string UpstreamModel, string More)
{
    public static IReadOnlyList<ProviderKind> Enabled { get; } =
    [
        new("openai", "v1", "gpt-4o", ""),
        new("azure", "", "my-gpt4o", ", \"api_version\": \"2024-10-21\""),
        new("anthropic", "", "claude-test", ""),
        new("gemini", "", "gemini-test", ""),
    ];

    /// <summary>The model by which a client reaches this provider.</summary>
    public string Model => $"by-{Dialect}";

    /// <summary>The model of the cases in which the provider fails: it has a deployment of its own, since one that fails is set aside for a while.</summary>
    public string Failing => $"{Model}-failing";
}
