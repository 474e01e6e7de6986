using System.Text;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicStreamTests
{
    // A text, a thought, a call in pieces, one without arguments, one that comes whole; with all that may stand between.
    private const string Full =
        """
        : a comment

        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-x","stop_reason":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}

        event: ping
        data: {"type": "ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm\n"}}

        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"abc"}}

        data: {"type":"content_block_stop","index":0}

        data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

        id: 7
        retry: 5
        event: content_block_delta
        data: {"index":1,"delta":{"text":"hé 😀","type":"text_delta"},"type":"content_block_delta"}   

        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\u00e9\"\\\ud83d\ude00"}}

        data: {"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"cited_text":"x"}}}

        event: 
        
        data: {"type":"content_block_stop","index":1}

        data: {"type":"some_news","index":1,"delta":{}}

        data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}

        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}

        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\": \"x"}}

        data: {"type":"content_block_delta","index":2,
        data: "delta":{"type":"input_json_delta","partial_json":"\\n\"}"}}

        data: {"type":"content_block_stop","index":2}

        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_2","name":"g","input":{}}}

        data: {"type":"content_block_stop","index":3}

        data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_3","name":"h","input":{"b":"\n"}}}

        data: {"type":"content_block_stop","index":4}

        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":50,"output_tokens_details":{"thinking_tokens":7}}}

        data: {"type":"message_stop"}


        """;

    private static readonly string[] Expected =
    [
        StreamResult.Delta + """ "role":"assistant","content":"","refusal":null"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "reasoning_content":"hm\n" """[1..^1] + StreamResult.NotYet,
        StreamResult.Delta + """ "content":"hé 😀" """[1..^1] + StreamResult.NotYet,
        StreamResult.Delta + """ "content":"\u00e9\"\\\ud83d\ude00" """[1..^1] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":0,"function":{"arguments":"{\"a\": \"x"}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":0,"function":{"arguments":"\\n\"}"}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"g","arguments":""}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":1,"function":{"arguments":"{}"}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":2,"id":"toolu_3","type":"function","function":{"name":"h","arguments":""}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """ "tool_calls":[{"index":2,"function":{"arguments":"{\"b\":\"\\n\"}"}}]"""[1..] + StreamResult.NotYet,
        StreamResult.Delta + """},"logprobs":null,"finish_reason":"tool_calls"}]}""",
    ];

    private static readonly Usage Used = new() { PromptTokens = 30, CacheWriteTokens = 2, CachedTokens = 3, CompletionTokens = 50, ReasoningTokens = 7 };

    public static TheoryData<string> LineEnds() => ["\n", "\r\n", "\r"];

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void Chunks_are_the_same_whichever_way_the_bytes_are_split(string lineEnd)
    {
        var stream = Bytes(Full, lineEnd);
        var whole = AnthropicStreams.Run(stream, 0);

        whole.Chunks.ShouldBe(Expected);
        (whole.Usage, whole.Finished, whole.Terminal, whole.Malformed, whole.Error).ShouldBe((Used, true, true, false, null));
        for (var at = 0; at <= stream.Length; at++)
        {
            Same(AnthropicStreams.Run([stream[..at], stream[at..]]), whole).ShouldBeTrue($"split at {at}");
        }

        foreach (var length in (int[])[1, 2, 3, 7])
        {
            Same(AnthropicStreams.Run(stream, length), whole).ShouldBeTrue($"pieces of {length}");
        }
    }

    [Fact]
    public void Text_of_the_answer_is_what_the_chunks_carry()
    {
        using var counted = new ReceivedText();
        using var read = new ReceivedText();
        var result = AnthropicStreams.Run(Bytes(Full, "\n"), 0, text: counted);
        var size = default(TextSize);
        foreach (var chunk in result.Chunks)
        {
            ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(chunk), out var answer, read).ShouldBeTrue();
            size += answer.Text;
        }

        result.Text.ShouldBe(size);
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        counted.Count(encoder!).ShouldBe(read.Count(encoder!));
        counted.Count(encoder!)!.Value.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Usage_goes_out_where_it_was_asked_for()
    {
        var chunks = AnthropicStreams.Run(Bytes(Full, "\n"), 0, includeUsage: true).Chunks;

        chunks.SkipLast(1).ShouldBe(Expected.Select(chunk => chunk[..^1] + ",\"usage\":null}"));
        chunks[^1].ShouldBe(StreamResult.Frame + """],"usage":{"prompt_tokens":30,"completion_tokens":50,"total_tokens":80,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":7}}}""");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stream_without_its_last_event_ends_by_its_finish(bool includeUsage)
    {
        var cut = Full[..Full.IndexOf("data: {\"type\":\"message_stop", StringComparison.Ordinal)];
        var result = AnthropicStreams.Run(Bytes(cut, "\n"), 0, includeUsage);

        (result.Finished, result.Terminal, result.Usage).ShouldBe((true, false, Used));
        result.Chunks.Count.ShouldBe(Expected.Length + (includeUsage ? 1 : 0));
    }

    [Fact]
    public void Stream_that_was_cut_has_no_finish_and_the_prompts_tokens_alone()
    {
        var cut = Full[..Full.IndexOf("data: {\"type\":\"message_delta", StringComparison.Ordinal)];
        var result = AnthropicStreams.Run(Bytes(cut, "\n"), 0, includeUsage: true);

        (result.Finished, result.Terminal, result.Malformed).ShouldBe((false, false, false));
        result.Usage.ShouldBe(new Usage { PromptTokens = 30, CacheWriteTokens = 2, CachedTokens = 3 });
        result.Chunks.ShouldBe(Expected.SkipLast(1).Select(chunk => chunk[..^1] + ",\"usage\":null}"));
    }

    [Fact]
    public void Event_cut_in_its_middle_cannot_be_read()
    {
        var cut = Full[..(Full.IndexOf("hm\\n", StringComparison.Ordinal) + 1)];

        AnthropicStreams.Run(Bytes(cut, "\n"), 0).Malformed.ShouldBeTrue();
    }

    [Fact]
    public void Error_in_mid_stream_ends_it()
    {
        var cut = Full[..Full.IndexOf("data: {\"type\":\"message_delta", StringComparison.Ordinal)];
        var result = AnthropicStreams.Run(
            Bytes(cut + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"r\"}\n\n", "\n"), 0);

        result.Error.ShouldBe("overloaded_error: Overloaded");
        result.Chunks.ShouldBe(Expected.SkipLast(1));
    }

    [Theory]
    [InlineData("data: {\"error\":{\"type\":\"api_error\",\"message\":\"m\"}}\n\n", "api_error: m")]
    [InlineData("data: {\"error\":{\"type\":\"api_error\",\"message\":\"m\"},\"type\":\"message_delta\"}\n\n", "api_error: m")]
    [InlineData("data: {\"type\":\"error\"}\n\n", ": ")]
    public void Error_is_one_however_it_is_written(string stream, string error)
    {
        var result = AnthropicStreams.Run(Encoding.UTF8.GetBytes(stream), 0);

        result.Error.ShouldBe(error);
        result.Chunks.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("data: x\n\n")]
    [InlineData("data: []\n\n")]
    [InlineData("data: {\"type\":\"ping\"} x\n\n")]
    [InlineData("data: {\"type\":\"ping\",\"\\ud800\":1\n\n")]
    [InlineData("data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\"}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"partial_json\":\"{}\"}}\n\n")]
    public void What_cannot_be_read_breaks_the_stream(string stream) => AnthropicStreams.Run(Encoding.UTF8.GetBytes(stream), 0).Malformed.ShouldBeTrue();

    [Fact]
    public void Usage_is_cumulative_and_never_falls()
    {
        const string Stream = """
            data: {"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":9}}}

            data: {"type":"message_delta","delta":{},"usage":{"input_tokens":12,"output_tokens":5,"cache_read_input_tokens":null}}

            data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"input_tokens":0,"output_tokens":8}}

            data: [DONE]


            """;
        var result = AnthropicStreams.Run(Bytes(Stream, "\n"), 0, includeUsage: true);

        (result.Usage, result.Terminal).ShouldBe((new Usage { PromptTokens = 12, CompletionTokens = 8 }, true));
        result.Chunks[1].ShouldContain("\"finish_reason\":\"length\"");
        result.Chunks[2].ShouldContain("\"total_tokens\":20");
    }

    [Fact]
    public void Stream_that_tells_no_output_gives_no_usage_chunk()
    {
        var result = AnthropicStreams.Run(
            "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":4,\"output_tokens\":1}}}\n\ndata: {\"type\":\"message_stop\"}\n\n"u8.ToArray(), 0, includeUsage: true);

        result.Chunks.Count.ShouldBe(1);
        result.Usage.ShouldBe(new Usage { PromptTokens = 4 });
    }

    [Fact]
    public void Event_of_megabytes_is_one_chunk()
    {
        var text = new string('x', 3_000_000);
        var stream = Encoding.UTF8.GetBytes($"data: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n");

        var result = AnthropicStreams.Run(stream, 4096);

        // The role comes first, though nothing announced the message.
        result.Chunks.Count.ShouldBe(2);
        result.Chunks[1].Length.ShouldBe(text.Length + StreamResult.Delta.Length + StreamResult.NotYet.Length + "\"content\":\"\"".Length);
    }

    private static byte[] Bytes(string text, string lineEnd) => Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", lineEnd, StringComparison.Ordinal));

    private static bool Same(StreamResult left, StreamResult right) => left.Chunks.SequenceEqual(right.Chunks) && left with { Chunks = right.Chunks } == right;
}
