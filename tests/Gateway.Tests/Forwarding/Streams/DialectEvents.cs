using System.Text.Json.Nodes;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Azure;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;

namespace Gateway.Tests.Forwarding.Streams;

/// <summary>
/// The events of one and the same answer in the words of a dialect, each with its blank line: <see cref="Text"/> in two pieces, 90 tokens of
/// prompt and 50 of completion. Where a text is to be replaced by another, the pairs say by which.
/// </summary>
internal sealed record DialectEvents
{
    public const string FirstText = "Grüße, ";
    public const string Text = FirstText + "世界 🌍\\n";

    public required IDialect Dialect { get; init; }

    /// <summary>Up to and with the first piece of text.</summary>
    public required string[] Begin { get; init; }

    /// <summary>From the second piece up to the finish.</summary>
    public required string[] Middle { get; init; }

    /// <summary>Two calls, in place of the second piece.</summary>
    public required string[] Calls { get; init; }

    /// <summary>The event that says why the answer ended.</summary>
    public required string Finish { get; init; }

    /// <summary>What follows the finish but for the last event.</summary>
    public string[] Last { get; init; } = [];

    /// <summary>The event that is the last by its name; empty where the dialect has none.</summary>
    public required string Terminal { get; init; }

    /// <summary>An error in place of any other event.</summary>
    public required string Error { get; init; }

    /// <summary>Takes the reason out of the finish.</summary>
    public required (string, string)[] WithoutReason { get; init; }

    /// <summary>Makes every object of details, and every number that may be absent, null.</summary>
    public required (string, string)[] WithNulls { get; init; }

    /// <summary>Takes out all usage.</summary>
    public required (string, string)[] WithoutUsage { get; init; }

    /// <summary>Tokens of the prompt that are told before the first text, or null.</summary>
    public long? EarlyPrompt { get; init; }

    /// <summary>The whole answer, event by event.</summary>
    public string[] All => [.. Begin, .. Middle, Finish, .. Last, Terminal];

    public static DialectEvents OpenAi { get; } = new()
    {
        Dialect = OpenAiDialect.Instance,
        Begin = [Chunk("""{"role":"assistant","content":""}"""), Chunk($$"""{"content":"{{FirstText}}"}""")],
        Middle = [Chunk($$"""{"content":"{{Text[FirstText.Length..]}}"}""")],
        Calls =
        [
            Chunk("""{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"at\":\"世"}}]}"""),
            Chunk("""{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"count","arguments":"{\"n\":2}"}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"界\"}"}}]}"""),
        ],
        Finish = Chunk("{}", "\"stop\""),
        Last =
        [
            Sse("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"up","choices":[],"usage":{"prompt_tokens":90,"completion_tokens":50,"total_tokens":140,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}"""),
        ],
        Terminal = Sse("[DONE]"),
        Error = Sse("""{"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}"""),
        WithoutReason = [("\"stop\"", "null")],
        WithNulls = [("""{"cached_tokens":0,"audio_tokens":0}""", "null"), ("""{"reasoning_tokens":0,"audio_tokens":0}""", "null")],
        WithoutUsage =
        [
            ("""{"prompt_tokens":90,"completion_tokens":50,"total_tokens":140,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}""", "null"),
        ],
    };

    /// <summary>Azure's first chunk has the filter's results and no choice.</summary>
    public static DialectEvents Azure { get; } = OpenAi with
    {
        Dialect = AzureDialect.Instance,
        Begin =
        [
            Sse("""{"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"""),
            .. OpenAi.Begin,
        ],
    };

    public static DialectEvents Anthropic { get; } = new()
    {
        Dialect = AnthropicDialect.Instance,
        Begin =
        [
            Named("""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"up","stop_reason":null,"usage":{"input_tokens":70,"cache_read_input_tokens":20,"cache_creation_input_tokens":0,"output_tokens":1}}}"""),
            Named("""{"type":"ping"}"""),
            Named("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            Named($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{FirstText}}}"}}   """),
        ],
        Middle =
        [
            Named($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Text[FirstText.Length..]}}}"}}"""),
            Named("""{"type":"content_block_stop","index":0}"""),
        ],
        Calls =
        [
            Named("""{"type":"content_block_stop","index":0}"""),
            Named("""{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_1","name":"look","input":{}}}"""),
            Named("""{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"""),
            Named("""{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"at\":\"世"}}"""),
            Named("""{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"界\"}"}}"""),
            Named("""{"type":"content_block_stop","index":1}"""),
            Named("""{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_2","name":"count","input":{}}}"""),
            Named("""{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"n\":2}"}}"""),
            Named("""{"type":"content_block_stop","index":2}"""),
        ],
        Finish = Named("""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":50,"output_tokens_details":{"thinking_tokens":0}}}"""),
        Terminal = Named("""{"type":"message_stop"}"""),
        Error = Named("""{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"""),
        WithoutReason = [("\"end_turn\"", "null")],
        WithNulls = [("""{"thinking_tokens":0}""", "null"), ("\"cache_creation_input_tokens\":0", "\"cache_creation_input_tokens\":null,\"cache_creation\":null")],
        WithoutUsage =
        [
            ("""{"input_tokens":70,"cache_read_input_tokens":20,"cache_creation_input_tokens":0,"output_tokens":1}""", "null"),
            ("""{"output_tokens":50,"output_tokens_details":{"thinking_tokens":0}}""", "null"),
        ],
        EarlyPrompt = 90,
    };

    /// <summary>Every event repeats the usage so far, and none is the last by its name.</summary>
    public static DialectEvents Gemini { get; } = new()
    {
        Dialect = GeminiDialect.Instance,
        Begin = [Sse($$$"""{"candidates":[{"content":{"parts":[{"text":"{{{FirstText}}}"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":90}}""")],
        Middle = [Sse($$$"""{"candidates":[{"content":{"parts":[{"text":"{{{Text[FirstText.Length..]}}}"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":90}}""")],
        Calls =
        [
            Sse("""{"candidates":[{"content":{"parts":[{"functionCall":{"id":"call_1","name":"look","args":{"at":"世界"}}},{"functionCall":{"id":"call_2","name":"count","args":{"n":2}}}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":90}}"""),
        ],
        Finish = Sse("""{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":90,"candidatesTokenCount":50,"thoughtsTokenCount":0,"totalTokenCount":140,"promptTokensDetails":[{"modality":"TEXT","tokenCount":90}]}}"""),
        Terminal = "",
        Error = Sse("""{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}"""),
        WithoutReason = [("\"finishReason\":\"STOP\"", "\"finishReason\":null")],
        WithNulls =
        [
            ("""[{"modality":"TEXT","tokenCount":90}]""", "null,\"candidatesTokensDetails\":null,\"cachedContentTokenCount\":null"),
            ("\"thoughtsTokenCount\":0", "\"thoughtsTokenCount\":null"),
        ],
        WithoutUsage =
        [
            ("""{"promptTokenCount":90}""", "null"),
            ("""{"promptTokenCount":90,"candidatesTokenCount":50,"thoughtsTokenCount":0,"totalTokenCount":140,"promptTokensDetails":[{"modality":"TEXT","tokenCount":90}]}""", "null"),
        ],
        EarlyPrompt = 90,
    };

    public static IReadOnlyList<DialectEvents> Every { get; } = [OpenAi, Azure, Anthropic, Gemini];

    public static DialectEvents Of(string dialect) => Every.Single(events => events.Dialect.Name == dialect);

    private static string Chunk(string delta, string reason = "null") =>
        Sse($$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"up","choices":[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{reason}}}],"usage":null}""");

    private static string Sse(string data) => $"data: {data}\n\n";

    private static string Named(string data) => $"event: {(string?)JsonNode.Parse(data)!["type"]}\n{Sse(data)}";
}
