using System.Net;
using System.Text;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Storage;
using Gateway.Testing;
using Gateway.Tests.Dialects;
using Gateway.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.UsageReports;

/// <summary>
/// Usage that no provider should report, over HTTP, in answers and streams of the Responses and the Messages API: it is judged as a chat's is, costs neither less than nothing nor
/// beyond reason, leaves a row, and the client gets what the provider sent.
/// </summary>
public sealed class UsageFuzzTests : IAsyncLifetime
{
    private const string Chat = "/v1/chat/completions";
    private const string Responses = "/v1/responses";
    private const string Messages = "/v1/messages";
    private const string Answer = "one two three four five six seven eight";

    // Of o200k_base for the answer, and for the prompt with its overhead.
    private const long AnswerTokens = 8;
    private const long MostPromptTokens = 20;

    // Twice what was allowed and a thousand are believed: 100 tokens of completion, and a prompt of a thousand millions at the most.
    private const long MostCompletionTokens = (2 * 100) + 1000;
    private const long MostBelieved = 1_000_000_000;

    private AnthropicUpstream _provider = null!; // Made before each test.
    private GatewayApp _app = null!; // The same.

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await AnthropicUpstream.StartAsync();
        _app = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = _ => Catalog() });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(Responses, false)]
    [InlineData(Responses, true)]
    [InlineData(Messages, false)]
    [InlineData(Messages, true)]
    public async Task Absurd_usage_is_judged_as_a_chats_is(string path, bool stream)
    {
        foreach (var usage in UsageCase.All)
        {
            var told = $"{path}, stream {stream}, {usage}";
            var chat = await RowAsync(Chat, stream, Usage(Chat, usage), told);
            var row = await RowAsync(path, stream, Usage(path, usage), told);

            // Anthropic's prompt does not include what was cached: only a usage without it is the same usage.
            if (path == Responses || usage.Cached is null)
            {
                row.UsageSource.ShouldBe(chat.UsageSource, told);
                if (row.UsageSource == UsageSource.Provider)
                {
                    (row.PromptTokens, row.CachedTokens, row.CompletionTokens, row.Amount).ShouldBe((chat.PromptTokens, chat.CachedTokens, chat.CompletionTokens, chat.Amount), told);
                }
            }

            ShouldBeReasonable(row, told);
        }

        await ShouldRecomputeAsync();
    }

    [Theory]
    [InlineData(Responses, false)]
    [InlineData(Responses, true)]
    [InlineData(Messages, false)]
    [InlineData(Messages, true)]
    public async Task Usage_that_is_there_twice_is_one_of_the_two_or_none(string path, bool stream)
    {
        var (few, many) = (new UsageCase(), new UsageCase("900000000", "900000000"));
        var (prompt, completion) = path == Chat ? ("prompt_tokens", "completion_tokens") : ("input_tokens", "output_tokens");
        string[] twice =
        [
            $"\"usage\":{Object(path, few)},\"usage\":{Object(path, many)},",
            $"\"usage\":{Object(path, many)},\"usage\":{Object(path, few)},",
            $$"""
            "usage":{"{{prompt}}":7,"{{prompt}}":900000000,"{{completion}}":8,"{{completion}}":900000000},
            """,
            $$"""
            "usage":{"{{prompt}}":7,"{{prompt}}":-7,"{{completion}}":8,"{{completion}}":-8},
            """,
            $$"""
            "usage":{"{{prompt}}":7,"{{completion}}":8},"usage":null,
            """,
            $$"""
            "usage":"none","usage":{"{{prompt}}":7,"{{completion}}":8},
            """,
        ];
        foreach (var usage in twice)
        {
            var told = $"{path}, stream {stream}, {usage}";
            var row = await RowAsync(path, stream, usage, told);

            ShouldBeReasonable(row, told);
            row.CompletionTokens.ShouldBe(AnswerTokens, told);
        }

        await ShouldRecomputeAsync();
    }

    private static void ShouldBeReasonable(LedgerEntry row, string told)
    {
        row.Outcome.ShouldBe(AnswerOutcome.Completed, told);
        row.Amount.NanoUsd.ShouldBeGreaterThanOrEqualTo(0, told);

        // A part larger than its whole is billed as the whole: nothing costs more than its tokens at their full price.
        row.Amount.NanoUsd.ShouldBeLessThanOrEqualTo((row.PromptTokens * 2500) + (row.CompletionTokens * 10_000), told);
        row.CompletionTokens.ShouldBeInRange(0, MostCompletionTokens, told);
        if (row.UsageSource == UsageSource.Provider)
        {
            row.PromptTokens.ShouldBeInRange(1, MostBelieved, told);
        }
        else
        {
            row.PromptTokens.ShouldBeInRange(1, MostPromptTokens, told);
            row.CompletionTokens.ShouldBe(AnswerTokens, told);
        }
    }

    private static string Usage(string path, UsageCase usage) => usage.Whole is "" ? "" : $"\"usage\":{usage.Whole ?? Object(path, usage)},";

    private static string Object(string path, UsageCase usage)
    {
        var fields = path switch
        {
            Chat => UsageCase.Property("prompt_tokens", usage.Prompt) + UsageCase.Property("completion_tokens", usage.Completion)
                + (usage.Cached is null ? "" : $$"""
                    "prompt_tokens_details":{"cached_tokens":{{usage.Cached}}},
                    """),
            Responses => UsageCase.Property("input_tokens", usage.Prompt) + UsageCase.Property("output_tokens", usage.Completion)
                + (usage.Cached is null ? "" : $$"""
                    "input_tokens_details":{"cached_tokens":{{usage.Cached}}},
                    """),
            _ => UsageCase.Property("input_tokens", usage.Prompt) + UsageCase.Property("output_tokens", usage.Completion) + UsageCase.Property("cache_read_input_tokens", usage.Cached),
        };
        return $"{{{fields.TrimEnd(',')}}}";
    }

    private static string Model(string path) => path == Messages ? "claude" : "gpt";

    private static string Request(string path, bool stream) => path switch
    {
        Responses => $$"""{"model":"gpt","stream":{{(stream ? "true" : "false")}},"max_output_tokens":100,"store":false,"input":"hello"}""",
        _ => $$"""{"model":"{{Model(path)}}","stream":{{(stream ? "true" : "false")}},"max_tokens":100,"messages":[{"role":"user","content":"hello"}]{{(path == Chat && stream ? ",\"stream_options\":{\"include_usage\":true}" : "")}}}""",
    };

    private static string Json(string path, string usage) => path switch
    {
        Chat => $$"""{{{usage}}"id":"c","object":"chat.completion","created":1,"model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"{{Answer}}"},"finish_reason":"stop"}]}""",
        Responses => Response(usage, "completed"),
        _ => $$"""{{{usage}}"id":"m","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"{{Answer}}"}],"stop_reason":"end_turn","stop_sequence":null}""",
    };

    private static string Response(string usage, string status) =>
        $$"""{{{usage}}"id":"resp_1","object":"response","created_at":1,"status":"{{status}}","model":"gpt","output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"{{Answer}}"}]}]}""";

    private static string[] Stream(string path, string usage) => path switch
    {
        Chat =>
        [
            $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":"{{Answer}}"},"finish_reason":null}]}""",
            """data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            $$"""data: {{{usage}}"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[]}""",
            "data: [DONE]",
        ],
        Responses =>
        [
            "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"in_progress\",\"model\":\"gpt\",\"output\":[]}}",
            $$"""
            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"{{Answer}}"}
            """,
            $$"""
            event: response.completed
            data: {"type":"response.completed","sequence_number":2,"response":{{Response(usage, "completed")}}}
            """,
        ],
        _ =>
        [
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":[]}}",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
            $$$"""
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Answer}}}"}}
            """,
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}",
            $$$"""
            event: message_delta
            data: {{{{usage}}}"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null}}
            """,
            "event: message_stop\ndata: {\"type\":\"message_stop\"}",
        ],
    };

    private string Catalog() => $$"""
        {
          "providers": {
            "openai": { "dialect": "openai", "base_url": "{{new Uri(_provider.Base, "v1")}}", "api_key": "k" },
            "anthropic": { "dialect": "anthropic", "base_url": "{{_provider.Base}}", "api_key": "k" },
          },
          "models": {
            "gpt": { {{Card}}, "deployments": [{ "provider": "openai", "model": "gpt" }] },
            "claude": { {{Card}}, "deployments": [{ "provider": "anthropic", "model": "claude" }] },
          },
        }
        """;

    private const string Card = """
        "tokenizer": "o200k_base", "prices": [{ "from": "2025-01-01", "input": "2.50", "cached_input": "1.25", "output": "10.00" }]
        """;

    private async Task<LedgerEntry> RowAsync(string path, bool stream, string usage, string told)
    {
        var events = Stream(path, usage).Select(static text => text.ReplaceLineEndings("\n")).ToArray();
        var json = Json(path, usage);
        if (stream)
        {
            _provider.ThenStream([.. events.Select(static text => text + "\n\n")]);
        }
        else
        {
            _provider.ThenJson(json);
        }

        using var client = _app.Client();
        using var response = await GatewayApp.PostAsync(client, path, Encoding.UTF8.GetBytes(Request(path, stream)), HttpCompletionOption.ResponseContentRead, Timeout);
        var body = await response.Content.ReadAsStringAsync(Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{told}: {body}");
        if (stream)
        {
            body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(static block => !block.StartsWith(':')).ShouldBe(events, told);
        }
        else
        {
            body.ShouldBe(json, told);
        }

        return (await _app.RowsAsync()).Single(row => row.RequestId == response.Header("x-request-id"));
    }

    /// <summary>Every amount follows from its own row.</summary>
    private async Task ShouldRecomputeAsync()
    {
        await foreach (var difference in new LedgerAudit(_app.Services.GetRequiredService<Database>()).AmountsAsync(null, null, null, Timeout))
        {
            throw new InvalidOperationException(difference.ToString());
        }
    }
}
