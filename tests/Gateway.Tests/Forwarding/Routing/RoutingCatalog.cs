using Gateway.Testing;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>A catalog of several providers that are one simulator, which tells them apart by the upstream model alone.</summary>
internal static class RoutingCatalog
{
    public const string Price = "\"prices\": [{ \"from\": \"2025-01-01\", \"input\": \"2.50\", \"output\": \"10.00\" }]";

    /// <param name="simulator">Base URL.</param>
    /// <param name="models">Members of <c>models</c>.</param>
    /// <param name="providers">Further members of <c>providers</c>.</param>
    public static string For(Uri simulator, string models, string providers = "") => $$"""
        {
          "providers": {
            "a": {{Provider(simulator)}}, "b": {{Provider(simulator)}}, "c": {{Provider(simulator)}},
            "absent": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1" },
            {{providers}}
          },
          "models": { {{models}} }
        }
        """;

    private static string Provider(Uri simulator) => $$"""{ "dialect": "openai", "base_url": "{{simulator}}", "api_key": "{{TestCatalog.ProviderKey}}" }""";
}
