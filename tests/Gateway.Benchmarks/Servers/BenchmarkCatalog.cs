namespace Gateway.Benchmarks.Servers;

/// <summary>A catalog whose models are all served by one upstream.</summary>
internal static class BenchmarkCatalog
{
    public const string Model = "gpt-4o";

    /// <summary>Answers one chunk, then keeps the stream open without another.</summary>
    public const string IdleModel = "gpt-4o-idle";

    public static string For(Uri upstream) =>
        $$"""
        {
          "providers": { "upstream": { "dialect": "openai", "base_url": "{{upstream.AbsoluteUri}}v1", "api_key": "benchmark" } },
          "models": {
            "{{Model}}": {{Card("gpt-4o")}},
            "{{IdleModel}}": {{Card("gpt-4o;hang_after=1")}}
          }
        }
        """;

    private static string Card(string upstreamModel) =>
        $$"""
        {
          "input": ["text", "image"], "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base",
          "prices": [ { "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" } ],
          "timeouts": { "connect": "5s", "first_byte": "300s", "idle": "300s", "total": "600s" },
          "deployments": [ { "provider": "upstream", "model": "{{upstreamModel}}" } ]
        }
        """;
}
