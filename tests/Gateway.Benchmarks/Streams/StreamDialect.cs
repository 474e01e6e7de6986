using System.Text;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Streams;

/// <summary>
/// A provider's form of the same stream: how it is asked for directly, as bare YARP passes it on, and by what a chunk of text is known. The gateway
/// is asked in OpenAI's form, whatever the provider's, and answers in it.
/// </summary>
/// <param name="Name">As the catalog calls it.</param>
/// <param name="Path">Of the provider's endpoint, without the first slash.</param>
/// <param name="BasePath">Of the provider's base URL in the catalog.</param>
/// <param name="Body">What the provider is asked.</param>
/// <param name="Headers">Beside the content type.</param>
/// <param name="Marker">Occurs once in each event that carries text, the first and the last perhaps excepted.</param>
internal sealed record StreamDialect(string Name, string Path, string BasePath, string Body, IReadOnlyList<(string Name, string Value)> Headers, string Marker)
{
    public const string Model = "gpt-4o";

    private const string Key = "benchmark";
    private const string Question = "Tell me a long story.";

    // More than any run takes: the simulator's directives say how many there are.
    private const int MostTokens = 1_000_000;

    private static readonly string OpenAiBody =
        $$"""{"model":"{{Model}}","stream":true,"max_tokens":{{MostTokens}},"messages":[{"role":"user","content":"{{Question}}"}]}""";

    private static readonly StreamDialect[] All =
    [
        new("openai", "v1/chat/completions", "v1", OpenAiBody, [], "\"delta\":{\"content\":"),
        new(
            "anthropic",
            "v1/messages",
            "",
            OpenAiBody,
            [("x-api-key", Key), ("anthropic-version", "2023-06-01")],
            "\"text_delta\""),
        new(
            "gemini",
            $"v1beta/models/{Model}:streamGenerateContent?alt=sse",
            "",
            $$$"""{"contents":[{"role":"user","parts":[{"text":"{{{Question}}}"}]}],"generationConfig":{"maxOutputTokens":{{{MostTokens}}}}}""",
            [("x-goog-api-key", Key)],
            "\"text\":"),
    ];

    public static string[] Names => [.. All.Select(dialect => dialect.Name)];

    public static StreamDialect Named(string name) => Array.Find(All, dialect => dialect.Name == name)!; // Of Names.

    /// <summary>Asked of bare YARP.</summary>
    public StreamRequest Direct => new(Path, Encoding.UTF8.GetBytes(Body), Headers, Encoding.ASCII.GetBytes(Marker));

    /// <summary>Asked of the gateway.</summary>
    public static StreamRequest OfGateway(string key) =>
        new(All[0].Path, Encoding.UTF8.GetBytes(OpenAiBody), [("Authorization", $"Bearer {key}")], Encoding.ASCII.GetBytes(All[0].Marker));

    public string Catalog(Uri upstream) =>
        $$"""
        {
          "providers": { "upstream": { "dialect": "{{Name}}", "base_url": "{{upstream.AbsoluteUri}}{{BasePath}}", "api_key": "{{Key}}" } },
          "models": {
            "{{Model}}": {
              "tokenizer": "o200k_base", "max_output_tokens": {{MostTokens}},
              "prices": [ { "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" } ],
              "timeouts": { "connect": "5s", "first_byte": "300s", "idle": "300s", "total": "3600s" },
              "deployments": [ { "provider": "upstream", "model": "{{Model}}" } ]
            }
          }
        }
        """;
}
