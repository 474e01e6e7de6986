namespace Gateway.Testing;

/// <summary>A catalog whose provider is a simulator. A model <c>sim:DIRECTIVES</c> is not in it: directives go in the message's text.</summary>
public static class TestCatalog
{
    public const string ProviderKey = "sk-provider-secret-0123456789";

    public static string For(Uri openAiBase) => For(openAiBase, "{ \"connect\": \"2s\", \"first_byte\": \"20s\", \"idle\": \"20s\", \"total\": \"30s\" }");

    /// <param name="timeouts">The <c>timeouts</c> of every model, as JSON.</param>
    public static string For(Uri openAiBase, string timeouts) => $$"""
        {
          "providers": {
            "sim": { "dialect": "openai", "base_url": "{{openAiBase}}", "api_key": "{{ProviderKey}}" },
            "absent": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1" },
            "secretless": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1", "api_key": "${GATEWAY_TESTS_NO_SUCH_VARIABLE}" },
          },
          "models": {
            "gpt-4o": {
              "input": ["text", "image"], "aliases": ["vision"], "image_tokens": "openai-tile-85-170", "max_output_tokens": 16384,
              "prices": [{ "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-4o-upstream" }], "timeouts": {{timeouts}},
            },
            "gpt-4-v": {
              "input": ["text", "image"], "aliases": ["gpt-4-vision-preview"], "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base", "default_completion_tokens": 300,
              "prices": [{ "from": "2025-01-01", "per_request": "0.04", "list": { "per_request": "0.05" } }],
              "parameters": { "defaults": { "max_tokens": 300 }, "drop": ["logit_bias"], "reject": ["tools", "functions"] },
              "deployments": [{ "provider": "sim", "model": "gpt-4o" }], "timeouts": {{timeouts}},
            },
            "counted": {
              "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base", "max_output_tokens": 1000, "accept_image_field": true,
              "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00", "list": { "input": "5.00", "output": "20.00" } }],
              "deployments": [{ "provider": "sim", "model": "gpt-4o" }], "timeouts": {{timeouts}},
            },
            "patches": {
              "image_tokens": { "patch": { "multiplier": "1.62", "max_side": 2048, "budget": 1536, "reject_above": 1000 } }, "tokenizer": "o200k_base",
              "prices": [{ "from": "2025-01-01", "input": "0.40", "output": "1.60" }],
              "deployments": [{ "provider": "sim", "model": "gpt-4.1-mini" }], "timeouts": {{timeouts}},
            },
            "text-only": {
              "prices": [{ "from": "2025-01-01", "input": "1", "output": "2" }],
              "deployments": [{ "provider": "sim", "model": "text" }], "timeouts": {{timeouts}},
            },
            "unreachable": { "deployments": [{ "provider": "absent", "model": "x" }], "timeouts": {{timeouts}} },
            "unconfigured": { "deployments": [{ "provider": "secretless", "model": "x" }] },
            "soon": { "status": "coming_soon", "deployments": [{ "provider": "sim", "model": "x" }] },
          },
        }
        """;
}
