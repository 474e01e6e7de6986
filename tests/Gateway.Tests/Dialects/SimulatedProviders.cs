using Gateway.Testing;

namespace Gateway.Tests.Dialects;

/// <summary>
/// A catalog with a model <c>by-DIALECT</c> for each dialect that the simulator speaks, and another, <c>failing-DIALECT</c>, whose provider may
/// be set aside for its failures without a bearing on the first.
/// </summary>
internal static class SimulatedProviders
{
    public static IReadOnlyList<string> Dialects { get; } = ["openai", "azure", "anthropic", "gemini"];

    public static string Catalog(Uri openAiBase) => Catalog(openAiBase, []);

    /// <param name="openAiBase">The simulator's base URL in OpenAI's dialect.</param>
    /// <param name="more">Further models, <c>USE-DIALECT</c>, of other providers; their base URLs as OpenAI's dialect has them.</param>
    public static string Catalog(Uri openAiBase, IEnumerable<(string Use, string Dialect, Uri Base)> more)
    {
        (string Use, string Dialect, Uri Base)[] kinds = [.. Dialects.Select(dialect => ("by", dialect, openAiBase)), .. Dialects.Select(dialect => ("failing", dialect, openAiBase)), .. more];
        var providers = kinds.Select(kind =>
            $$"""
            "{{kind.Use}}-{{kind.Dialect}}": { "dialect": "{{kind.Dialect}}", "base_url": "{{(kind.Dialect == "openai" ? kind.Base : new Uri(kind.Base, "/"))}}", "api_key": "{{TestCatalog.ProviderKey}}"{{(kind.Dialect == "azure" ? ", \"api_version\": \"2024-10-21\"" : "")}} }
            """);
        var models = kinds.Select(kind =>
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
