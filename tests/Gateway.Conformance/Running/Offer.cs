namespace Gateway.Conformance.Running;

/// <summary>The catalog of the suites: models by token and by request, each under another name than its provider's.</summary>
internal static class Offer
{
    /// <summary>US dollars per million tokens: 2.5 in, 10 out. Served as <see cref="UpstreamChat"/>.</summary>
    public const string Chat = "gpt-4o";

    public const string UpstreamChat = "gpt-4o-2024-08-06";

    /// <summary>Four cents a request; 300 completion tokens unless asked for more; refuses tools.</summary>
    public const string PerRequest = "gpt-4-v";

    /// <summary>Its provider answers with JSON that fits a schema of city and degrees.</summary>
    public const string Weather = "weather";

    /// <param name="provider">Base URL of the simulated provider.</param>
    /// <param name="key">The key that it wants.</param>
    public static string Text(Uri provider, string key) => $$"""
        {
          "providers": { "simulated": { "dialect": "openai", "base_url": "{{provider}}", "api_key": "{{key}}" } },
          "models": {
            "gpt-4o": {
              "owned_by": "openai", "input": ["text", "image"], "context_window": 128000, "max_output_tokens": 16384,
              "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base",
              "prices": [{ "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" }],
              "deployments": [{ "provider": "simulated", "model": "{{UpstreamChat}}" }],
            },
            "gpt-4-v": {
              "owned_by": "openai", "input": ["text", "image"], "context_window": 128000, "max_output_tokens": 4096,
              "aliases": ["gpt-4-vision-preview"], "image_tokens": "openai-tile-85-170", "tokenizer": "o200k_base",
              "prices": [{ "from": "2025-01-01", "per_request": "0.04", "list": { "per_request": "0.05" } }],
              "deployments": [{ "provider": "simulated", "model": "{{UpstreamChat}}" }],
              "parameters": { "defaults": { "max_tokens": 300 }, "drop": ["logit_bias", "logprobs"], "reject": ["tools", "functions", "response_format"] },
            },
            "gpt-image-1": {
              "input": ["text", "image"], "output": ["image"], "image_tokens": "openai-image-65-129",
              "prices": [{ "from": "2025-01-01", "input": "5.00", "image_input": "10.00", "output": "40.00", "image_output": "40.00" }],
              "deployments": [{ "provider": "simulated", "model": "gpt-image-upstream" }],
            },
            "pictures": {
              "output": ["image"], "prices": [{ "from": "2025-01-01", "per_image": "0.02" }],
              "deployments": [{ "provider": "simulated", "model": "dall-e-upstream" }],
            },
            "gpt-4o-transcribe": {
              "input": ["text", "audio"], "max_output_tokens": 2000, "prices": [{ "from": "2025-01-01", "input": "2.50", "audio_input": "6.00", "output": "10.00" }],
              "deployments": [{ "provider": "simulated", "model": "gpt-transcribe-upstream" }],
            },
            "whisper-1": {
              "input": ["audio"], "prices": [{ "from": "2025-01-01", "per_second": "0.0001" }], "deployments": [{ "provider": "simulated", "model": "whisper-upstream" }],
            },
            "tts-1": {
              "output": ["audio"], "prices": [{ "from": "2025-01-01", "per_character": "0.000015" }], "deployments": [{ "provider": "simulated", "model": "tts-upstream" }],
            },
            "text-embedding-3-small": {
              "output": ["embedding"], "tokenizer": "cl100k_base", "prices": [{ "from": "2025-01-01", "input": "0.02" }],
              "deployments": [{ "provider": "simulated", "model": "embedding-upstream" }],
            },
            "gpt-3.5-turbo-instruct": {
              "endpoints": ["/v1/completions"], "tokenizer": "cl100k_base", "max_output_tokens": 4096, "prices": [{ "from": "2025-01-01", "input": "1.50", "output": "2.00" }],
              "deployments": [{ "provider": "simulated", "model": "instruct-upstream" }],
            },
            "omni-moderation-latest": {
              "input": ["text", "image"], "output": ["moderation"], "prices": [{ "from": "2025-01-01", "per_request": "0.001" }],
              "deployments": [{ "provider": "simulated", "model": "omni-upstream" }],
            },
            "weather": {
              "tokenizer": "o200k_base",
              "prices": [{ "from": "2025-01-01", "input": "0.15", "output": "0.60" }],
              "deployments": [{ "provider": "simulated", "model": "gpt-4o-mini;text={\"city\":\"Oslo\",\"degrees\":7}" }],
            },
          },
        }
        """;
}
