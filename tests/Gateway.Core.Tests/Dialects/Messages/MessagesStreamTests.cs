using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Messages;

public sealed class MessagesStreamTests
{
    private const string Start = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

        event: ping
        data: {"type":"ping"}


        """;

    private const string Chat = """
        data: {"choices":[],"prompt_filter_results":[]}

        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null}}]}

        data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}

        data: {"choices":[{"index":0,"delta":{"content":"a\u00e9"}}]}

        data: {"choices":[{"index":0,"delta":{"content":"😀"}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"c2","function":{"name":"g","arguments":"{}"}}]}}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}

        data: [DONE]


        """;

    private const string Events = Start + """
        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\u00e9"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"😀"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"c1","name":"f","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c2","name":"g","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}}


        """;

    private const string Claude = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_x","model":"claude-x","usage":{"input_tokens":5,"cache_read_input_tokens":2,"cache_creation_input_tokens":3,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: ping
        data: {"type": "ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\u00e9 😀"}}

        event: something_new
        data: {"type":"something_new","x":[1]}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":50}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Chunks_become_the_same_events_wherever_they_are_cut(string lineEnd)
    {
        var bytes = Bytes(Chat, lineEnd);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var result = MessagesWire.Stream(OpenAiDialect.Instance, [bytes[..cut], bytes[cut..]]);

            result.Events.ShouldBe(Lf(Events), customMessage: $"cut after {cut}");
            result.Usage.ShouldBe(new Usage { PromptTokens = 9, CachedTokens = 4, CompletionTokens = 7, ReasoningTokens = 2 });
            (result.Finished, result.Terminal, result.Malformed, result.Error).ShouldBe((true, true, false, null));
            result.Text.ShouldBe(TextSize.OfJson("hma\\u00e9\U0001F600f{\\\"a\\\":1}g{}"u8));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Messages_pass_wherever_they_are_cut(string lineEnd)
    {
        var bytes = Bytes(Claude, lineEnd);
        var expected = Lf(Claude).Replace("\"claude-x\"", "\"m\"", StringComparison.Ordinal).Replace("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", "", StringComparison.Ordinal);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var result = MessagesWire.Stream(AnthropicDialect.Instance, [bytes[..cut], bytes[cut..]]);

            result.Events.ShouldBe(expected, customMessage: $"cut after {cut}");
            result.Usage.ShouldBe(new Usage { PromptTokens = 10, CachedTokens = 2, CacheWriteTokens = 3, CompletionTokens = 50 });
            (result.Finished, result.Terminal, result.Malformed, result.Error).ShouldBe((true, true, false, null));
            result.Text.ShouldBe(TextSize.OfJson("h\\u00e9 \U0001F600"u8));
        }
    }

    [Fact]
    public void Byte_after_byte_gives_the_same()
    {
        foreach (var (dialect, stream) in ((IDialect, string)[])[(OpenAiDialect.Instance, Chat), (AnthropicDialect.Instance, Claude)])
        {
            var bytes = Bytes(stream, "\n");
            MessagesWire.Stream(dialect, bytes.Chunk(1)).Events.ShouldBe(MessagesWire.Stream(dialect, [bytes]).Events);
        }
    }

    [Fact]
    public void Thoughts_are_blocks_for_those_who_asked()
    {
        var events = MessagesWire.Stream(OpenAiDialect.Instance, [Bytes(Chat, "\n")], thinking: true).Events;

        events.ShouldContain("""data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""");
        events.ShouldContain("""data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""");
        events.ShouldContain("""data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""");
    }

    [Fact]
    public void Refusal_is_text_and_the_reason()
    {
        var events = Run("""{"choices":[{"delta":{"refusal":"I can't"}}]}""", """{"choices":[{"delta":{},"finish_reason":"stop"}]}""", "[DONE]").Events;

        events.ShouldContain("\"text\":\"I can't\"");
        events.ShouldContain("\"stop_reason\":\"refusal\"");
    }

    [Fact]
    public void Stream_that_lacks_its_end_is_whole_by_its_finish_and_tells_an_estimate_where_no_usage_came()
    {
        var result = Run("""{"choices":[{"delta":{"content":"Hello there, you"}}]}""", """{"choices":[{"delta":{},"finish_reason":"length"}]}""");

        (result.Terminal, result.Finished).ShouldBe((false, true));
        result.Events.ShouldEndWith("""data: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":4}}""" + "\n\n");
    }

    [Fact]
    public void Stream_that_breaks_off_has_no_last_events()
    {
        var result = Run("""{"choices":[{"delta":{"content":"Hello"}}]}""");

        (result.Terminal, result.Finished).ShouldBe((false, false));
        result.Events.ShouldNotContain("message_delta");
    }

    [Fact]
    public void Nothing_at_all_is_no_message() => Run("[DONE]").Events.ShouldBeEmpty();

    [Theory]
    [InlineData("""{"error":{"message":"Overloaded","type":"server_error"}}""")]
    [InlineData("""{"message":"Overloaded","type":"server_error"}""")]
    public void Error_in_the_middle_is_an_error(string error) =>
        Run("""{"choices":[{"delta":{"content":"Hello"}}]}""", error).Error.ShouldBe("server_error: Overloaded");

    [Fact]
    public void Error_of_the_provider_of_messages_is_an_error() =>
        MessagesWire.Stream(AnthropicDialect.Instance, [Bytes("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", "\n")]).Error.ShouldBe("overloaded_error: Overloaded");

    [Fact]
    public void Calls_that_run_into_each_other_are_no_stream() =>
        Run(
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}""").Malformed.ShouldBeTrue();

    [Fact]
    public void Calls_without_an_index_are_told_apart_by_their_ids()
    {
        var events = Run(
            """{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"arguments":" "}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            "[DONE]").Events;

        events.ShouldContain("""{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"g","input":{}}}""");
        events.ShouldContain("\"stop_reason\":\"tool_use\"");
    }

    [Fact]
    public void Text_is_kept_for_those_who_count_it()
    {
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        foreach (var (dialect, stream, said) in ((IDialect, string, string)[])[(OpenAiDialect.Instance, Chat, "hma\u00e9\U0001F600f{\\\"a\\\":1}g{}"), (AnthropicDialect.Instance, Claude, "h\u00e9 \U0001F600")])
        {
            using var text = new ReceivedText();

            MessagesWire.Stream(dialect, [Bytes(stream, "\n")], text: text);

            text.Count(encoder!).ShouldBe(encoder!.CountJson(Encoding.UTF8.GetBytes(said)));
        }
    }

    [Fact]
    public void Gemini_streams_in_messages_too()
    {
        const string gemini = """
            data: {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":5}}

            data: {"candidates":[{"content":{"parts":[{"text":"lo"},{"functionCall":{"name":"f","args":{"a":1}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6}}


            """;
        var bytes = Bytes(gemini, "\n");
        var whole = MessagesWire.Stream(GeminiDialect.Instance, [bytes]);

        whole.Events.ShouldStartWith(Lf(Start));
        whole.Events.ShouldContain("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}""");
        whole.Events.ShouldContain("""{"type":"input_json_delta","partial_json":"{\"a\":1}"}""");
        whole.Events.ShouldEndWith("""data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":6}}""" + "\n\n");
        whole.Usage.ShouldBe(new Usage { PromptTokens = 5, CompletionTokens = 6 });
        whole.Text.ShouldBe(TextSize.OfJson("Hellof{\\\"a\\\":1}"u8));
    }

    private static MessagesStreamed Run(params string[] data) =>
        MessagesWire.Stream(OpenAiDialect.Instance, [Encoding.UTF8.GetBytes(string.Concat(data.Select(text => $"data: {text}\n\n")))]);

    private static string Lf(string text) => text.ReplaceLineEndings("\n");

    private static byte[] Bytes(string stream, string lineEnd) => Encoding.UTF8.GetBytes(Lf(stream).Replace("\n", lineEnd, StringComparison.Ordinal));
}
