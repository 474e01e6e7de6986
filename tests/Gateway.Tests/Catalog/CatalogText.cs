using System.Text;
using Gateway.Catalog;
using Gateway.Catalog.Reading;

namespace Gateway.Tests.Catalog;

/// <summary>Small catalogs, and reading them.</summary>
internal static class CatalogText
{
    public const string Provider = """{ "dialect": "openai", "base_url": "https://api.example.com/v1", "api_key": "${KEY}" }""";

    public const string Deployments = """[{ "provider": "p", "model": "up" }]""";

    /// <summary>A catalog of one provider <c>p</c> and one model <c>m</c>.</summary>
    public static string WithModel(string members) => With($$"""{ "m": { "deployments": {{Deployments}}, {{members}} } }""");

    public static string WithProvider(string provider) => With($$"""{ "m": { "deployments": {{Deployments}} } }""", provider: provider);

    public static string With(string models, string? further = null, string provider = Provider) =>
        $$"""{ "providers": { "p": {{provider}} }, "models": {{models}}, {{further}} }""";

    public static CatalogReading Read(string text, CatalogOverlay? overlay = null, Func<string, string?>? environment = null) =>
        CatalogReader.Read(Encoding.UTF8.GetBytes(text), environment ?? (name => name == "KEY" ? "key-value" : null), overlay);

    public static CatalogSnapshot Load(string text, CatalogOverlay? overlay = null, Func<string, string?>? environment = null)
    {
        var reading = Read(text, overlay, environment);
        return reading.Snapshot ?? throw new InvalidOperationException(string.Join(Environment.NewLine, reading.Problems));
    }
}
