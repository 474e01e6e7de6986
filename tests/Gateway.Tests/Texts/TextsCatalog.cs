using Gateway.Testing;

namespace Gateway.Tests.Texts;

/// <summary>Models for embeddings, text completions and moderation, in each way that they are priced and served.</summary>
internal static class TextsCatalog
{
    public static string For(Uri openAiBase) => $$"""
        {
          "providers": {
            "sim": { "dialect": "openai", "base_url": "{{openAiBase}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "absent": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1" },
            "classic": { "dialect": "azure", "base_url": "{{new Uri(openAiBase, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}", "api_version": "2024-10-21" },
            "azure": { "dialect": "azure", "base_url": "{{new Uri(openAiBase, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "claude": { "dialect": "anthropic", "base_url": "{{new Uri(openAiBase, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}" },
            "gemini": { "dialect": "gemini", "base_url": "{{new Uri(openAiBase, "/")}}", "api_key": "{{TestCatalog.ProviderKey}}" },
          },
          "models": {
            "small": {
              "output": ["embedding"], "tokenizer": "cl100k_base", "prices": [{ "from": "2025-01-01", "input": "0.02", "list": { "input": "0.04" } }],
              "deployments": [{ "provider": "sim", "model": "text-embedding-3-small" }], {{Timeouts}}
            },
            "each": {
              "output": ["embedding"], "tokenizer": "cl100k_base", "prices": [{ "from": "2025-01-01", "input": "1", "per_request": "0.001" }],
              "deployments": [{ "provider": "sim", "model": "embedding" }], "parameters": { "defaults": { "dimensions": 4, "max_tokens": 7 }, "reject": ["user"] }, {{Timeouts}}
            },
            "doubled": {
              "prices": [{ "from": "2025-01-01", "input": "1" }], "deployments": [{ "provider": "sim", "model": "first" }, { "provider": "sim", "model": "second", "priority": 1 }], {{Timeouts}}
            },
            "unstated": { "prices": [{ "from": "2025-01-01", "input": "0.02" }], "deployments": [{ "provider": "sim", "model": "embedding" }], {{Timeouts}} },
            "failing-over": {
              "output": ["embedding"], "prices": [{ "from": "2025-01-01", "input": "0.02" }],
              "deployments": [
                { "provider": "claude", "model": "claude-x" }, { "provider": "gemini", "model": "gemini-x", "priority": 1 }, { "provider": "absent", "model": "gone", "priority": 2 },
                { "provider": "sim", "model": "embedding", "priority": 3 },
              ], {{Timeouts}}
            },
            "azure-classic": {
              "prices": [{ "from": "2025-01-01", "input": "1" }], "deployments": [{ "provider": "classic", "model": "my dep" }], {{Timeouts}}
            },
            "azure-v1": { "prices": [{ "from": "2025-01-01", "input": "1" }], "deployments": [{ "provider": "azure", "model": "mine" }], {{Timeouts}} },
            "translated": { "prices": [{ "from": "2025-01-01", "input": "1" }], "deployments": [{ "provider": "claude", "model": "c" }, { "provider": "gemini", "model": "g" }], {{Timeouts}} },
            "chat": {
              "tokenizer": "o200k_base", "max_output_tokens": 1000, "prices": [{ "from": "2025-01-01", "input": "1", "output": "2" }],
              "deployments": [{ "provider": "sim", "model": "gpt-4o" }], {{Timeouts}}
            },
            "instruct": {
              "endpoints": ["/v1/completions"], "tokenizer": "cl100k_base", "max_output_tokens": 4096, "prices": [{ "from": "2025-01-01", "input": "1.50", "output": "2.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-3.5-turbo-instruct" }], {{Timeouts}}
            },
            "guarded": {
              "prices": [{ "from": "2025-01-01", "input": "1.50", "output": "2.00" }], "parameters": { "defaults": { "max_completion_tokens": 5, "response_format": {} }, "drop": ["suffix"], "reject": ["logprobs"] },
              "deployments": [{ "provider": "sim", "model": "gpt-3.5-turbo-instruct" }], {{Timeouts}}
            },
            "omni-moderation-latest": {
              "input": ["text", "image"], "output": ["moderation"], "prices": [{ "from": "2025-01-01", "per_request": "0" }],
              "deployments": [{ "provider": "sim", "model": "omni-upstream" }], {{Timeouts}}
            },
            "judge": {
              "output": ["moderation"], "prices": [{ "from": "2025-01-01", "per_request": "0.001", "list": { "per_request": "0.002" } }],
              "deployments": [{ "provider": "sim", "model": "omni-upstream" }], {{Timeouts}}
            },
            "judge-by-tokens": {
              "output": ["moderation"], "tokenizer": "o200k_base", "prices": [{ "from": "2025-01-01", "input": "1" }],
              "deployments": [{ "provider": "sim", "model": "omni-upstream" }], {{Timeouts}}
            },
            "judge-by-characters": {
              "output": ["moderation"], "prices": [{ "from": "2025-01-01", "per_character": "0.000001" }],
              "deployments": [{ "provider": "sim", "model": "omni-upstream" }], {{Timeouts}}
            },
            "azure-judge": { "output": ["moderation"], "prices": [{ "from": "2025-01-01", "per_request": "1" }], "deployments": [{ "provider": "azure", "model": "omni" }], {{Timeouts}} },
          },
        }
        """;

    private const string Timeouts = """ "timeouts": { "connect": "2s", "first_byte": "20s", "idle": "20s", "total": "60s" } """;
}
