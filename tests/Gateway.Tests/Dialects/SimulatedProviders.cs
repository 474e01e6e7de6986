using Gateway.Testing;

namespace Gateway.Tests.Dialects;

/// <summary>
/// A catalog with a model <c>by-DIALECT</c> for each dialect that the simulator speaks, and another, <c>failing-DIALECT</c>, whose provider may
/// be set aside for its failures without a bearing on the first.
/// </summary>
internal static class SimulatedProviders
{
    public static IReadOnlyList<string> Dialects { get; } = ["openai", "azure", "anthropic", "gemini"];

    private static IEnumerable<(string Use, string Dialect)> Kinds => Dialects.SelectMany(dialect => (IEnumerable<(string, string)>)[("by", dialect), ("failing", dialect)]);

    /// <param name="openAiBase">The simulator's base URL in OpenAI's dialect.</param>
    public static string Catalog(Uri openAiBase)
    {
        var providers = Kinds.Select(kind =>
            $$"""
            "{{kind.Use}}-{{kind.Dialect}}": { "dialect": "{{kind.Dialect}}", "base_url": "{{(kind.Dialect == "openai" ? openAiBase : new Uri(openAiBase, "/"))}}", "api_key": "{{TestCatalog.ProviderKey}}"{{(kind.Dialect == "azure" ? ", \"api_version\": \"2024-10-21\"" : "")}} }
            """);
        var models = Kinds.Select(kind =>
            $$"""
            "{{kind.Use}}-{{kind.Dialect}}": {
              "tokenizer": "o200k_base", "max_output_tokens": 1000,
              "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }],
              "deployments": [{ "provider": "{{kind.Use}}-{{kind.Dialect}}", "model": "upstream" }]
            }
            """);
        return $$"""{ "providers": { {{string.Join(',', providers)}} }, "models": { {{string.Join(',', models)}} } }""";
    }
}
