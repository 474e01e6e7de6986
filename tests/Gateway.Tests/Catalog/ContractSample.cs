namespace Gateway.Tests.Catalog;

/// <summary>The sample of the catalog's documented format, as it stands there.</summary>
internal static class ContractSample
{
    public const string Text = """"
        {
          "providers": {
            "openai":    { "dialect": "openai",    "base_url": "https://api.openai.com/v1", "api_key": "${OPENAI_API_KEY}" },
            "azure-eu":  { "dialect": "azure",     "base_url": "https://NAME.openai.azure.com", "api_key": "${AZURE_OPENAI_API_KEY}", "api_version": "2024-10-21" },
            "anthropic": { "dialect": "anthropic", "base_url": "https://api.anthropic.com", "api_key": "${ANTHROPIC_API_KEY}" },
            "gemini":    { "dialect": "gemini",    "base_url": "https://generativelanguage.googleapis.com", "api_key": "${GEMINI_API_KEY}" }
          },
          "models": {
            "gpt-4-v": {
              "display_name": "GPT-4 with vision", "owned_by": "openai", "status": "available",      // available | coming_soon | deprecated
              "description": "...", "input": ["text", "image"], "output": ["text"],
              "context_window": 128000, "max_output_tokens": 4096,
              "aliases": ["gpt-4-vision", "gpt-4-vision-preview"],
              "image_tokens": "openai-tile-85-170",                        // a named formula, or { "tile": { "base": 85, "per_tile": 170 } }
              "tokenizer": "o200k_base", "default_completion_tokens": 300,
              "prices": [                                                  // effective-dated; the newest that has begun applies
                { "from": "2025-01-01", "per_request": "0.04", "list": { "per_request": "0.05" } }
              ],
              "deployments": [                                             // priority tiers, weighted inside a tier
                { "provider": "openai", "model": "gpt-4o", "priority": 0, "weight": 1 }
              ],
              "parameters": { "defaults": { "max_tokens": 300 }, "drop": ["logit_bias"], "reject": ["tools", "functions", "response_format"] },
              "timeouts": { "connect": "5s", "first_byte": "120s", "idle": "120s", "total": "600s" }
            },
            "gpt-4o": { "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base",
              "prices": [ { "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" } ],   // USD per million tokens
              "deployments": [ { "provider": "openai", "model": "gpt-4o" }, { "provider": "azure-eu", "model": "my-gpt4o", "priority": 1 } ] }
          },
          "tiers": { "tier-1": { "requests_per_minute": 300, "tokens_per_minute": 15000, "concurrent_requests": 50 } },
          "images": { "max_bytes": 20971520, "max_per_request": 50, "formats": ["png", "jpeg", "webp", "gif"],
                      "fetch": { "enabled": true, "timeout": "3s", "max_header_bytes": 262144, "allow_hosts": [], "allow_private_networks": false,
                                 "when_unknown": "assume_largest" } },     // assume_largest | reject
          "limits": { "tokens_charge": "sum", "default_completion_tokens": 1024, "when_redis_is_down": "local_share" }   // sum | max ;  local_share | refuse | admit
        }
        """";
}
