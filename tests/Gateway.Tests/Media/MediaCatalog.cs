using Gateway.Testing;

namespace Gateway.Tests.Media;

/// <summary>Models for images and audio, in each way that they are priced.</summary>
internal static class MediaCatalog
{
    public static string For(Uri openAiBase) => $$"""
        {
          "providers": { "sim": { "dialect": "openai", "base_url": "{{openAiBase}}", "api_key": "{{TestCatalog.ProviderKey}}" } },
          "models": {
            "gpt-image-1": {
              "input": ["text", "image"], "output": ["image"], "image_tokens": "openai-image-65-129",
              "prices": [{ "from": "2025-01-01", "input": "5.00", "image_input": "10.00", "output": "40.00", "image_output": "40.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-image-upstream" }], {{Timeouts}}
            },
            "pictures": {
              "output": ["image"], "prices": [{ "from": "2025-01-01", "per_image": "0.02", "list": { "per_image": "0.04" } }],
              "deployments": [{ "provider": "sim", "model": "dall-e-upstream" }], {{Timeouts}}
            },
            "gpt-4o-transcribe": {
              "input": ["text", "audio"], "max_output_tokens": 2000, "prices": [{ "from": "2025-01-01", "input": "2.50", "audio_input": "6.00", "output": "10.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-transcribe-upstream" }], {{Timeouts}}
            },
            "whisper-1": {
              "input": ["audio"], "prices": [{ "from": "2025-01-01", "per_second": "0.0001" }],
              "deployments": [{ "provider": "sim", "model": "whisper-upstream" }, { "provider": "sim", "model": "whisper-second", "priority": 1 }], {{Timeouts}}
            },
            "tts-1": {
              "output": ["audio"], "prices": [{ "from": "2025-01-01", "per_character": "0.000015" }],
              "deployments": [{ "provider": "sim", "model": "tts-upstream" }], {{Timeouts}}
            },
            "gpt-4o-mini-tts": {
              "output": ["audio"], "tokenizer": "o200k_base", "prices": [{ "from": "2025-01-01", "input": "0.60", "output": "12.00", "audio_output": "12.00" }],
              "deployments": [{ "provider": "sim", "model": "gpt-tts-upstream" }], {{Timeouts}}
            },
            "guarded": {
              "input": ["audio"], "prices": [{ "from": "2025-01-01", "per_second": "0.0001" }],
              "parameters": { "defaults": { "response_format": "verbose_json", "temperature": 0 }, "drop": ["language"], "reject": ["chunking_strategy"] },
              "deployments": [{ "provider": "sim", "model": "whisper-upstream" }], {{Timeouts}}
            },
          },
        }
        """;

    private const string Timeouts = """ "timeouts": { "connect": "2s", "first_byte": "20s", "idle": "20s", "total": "60s" } """;
}
