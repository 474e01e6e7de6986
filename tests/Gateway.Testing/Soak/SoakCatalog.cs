namespace Gateway.Testing.Soak;

/// <summary>The models of the load. Answers are short; what makes them hard to bill is what happens meanwhile.</summary>
internal static class SoakCatalog
{
    /// <summary>Answers at once, priced by tokens.</summary>
    public const string Fast = "fast";

    /// <summary>Takes its time over each token, so that much is under way when something is killed.</summary>
    public const string Paced = "paced";

    /// <summary>Four cents a request.</summary>
    public const string Flat = "flat";

    /// <summary>Says one word and then nothing more.</summary>
    public const string Stuck = "stuck";

    /// <summary>What a provider says the prompt had, whatever it was; below what the gateway estimates of any request of the load.</summary>
    public const int PromptTokens = 20;

    public static readonly TimeSpan Total = TimeSpan.FromSeconds(6);
    public static readonly TimeSpan StuckTotal = TimeSpan.FromSeconds(2);

    public static TimeSpan DeadlineOf(string model) => model == Stuck ? StuckTotal : Total;

    /// <param name="provider">Base URL of the simulated provider.</param>
    /// <param name="whenRedisIsDown">The policy.</param>
    public static string For(Uri provider, string whenRedisIsDown) => $$"""
        {
          "providers": { "sim": { "dialect": "openai", "base_url": "{{provider}}", "api_key": "soak" } },
          "models": {
            "{{Fast}}": {{Card("tokens=16", """ "input": "2.50", "output": "10.00" """, Total)}},
            "{{Paced}}": {{Card("tokens=24;first_byte=100ms;pace=15ms", """ "input": "0.15", "output": "0.60" """, Total)}},
            "{{Flat}}": {{Card("tokens=4", """ "per_request": "0.04" """, Total)}},
            "{{Stuck}}": {{Card("tokens=24;hang_after=1", """ "input": "2.50", "output": "10.00" """, StuckTotal)}},
          },
          "limits": { "when_redis_is_down": "{{whenRedisIsDown}}" },
        }
        """;

    private static string Card(string behavior, string price, TimeSpan total) => $$"""
        {
          "prices": [{ "from": "2025-01-01", {{price}} }],
          "timeouts": { "connect": "2s", "first_byte": "{{total.TotalSeconds}}s", "idle": "{{total.TotalSeconds}}s", "total": "{{total.TotalSeconds}}s" },
          "deployments": [{ "provider": "sim", "model": "gpt-4o;prompt_tokens={{PromptTokens}};{{behavior}}" }],
        }
        """;
}
