using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Streams on their way back.</summary>
public sealed class GeminiStreamTests
{
    private const string Begins = """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gem","choices":[""";
    private const string Ends = ""","usage":null}""";

    private static readonly string[] Events =
    [
        """{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":4}}""",
        """{"candidates":[{"content":{"parts":[{"text":"Grüße, \"世界\" 🌍\n"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"thoughtsTokenCount":4}}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","id":"c1","args":{"a":[1, "ü"]}},"thoughtSignature":"cw=="},{"functionCall":{"name":"g","id":"c2"}}],"role":"model"}}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":30,"thoughtsTokenCount":4}}""",
        """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":31,"thoughtsTokenCount":4,"totalTokenCount":44}}""",
    ];

    private static readonly string[] Chunks =
    [
        Begins + """{"index":0,"delta":{"role":"assistant","reasoning_content":"Hm."},"logprobs":null,"finish_reason":null}]""" + Ends,
        Begins + """{"index":0,"delta":{"content":"Grüße, \"世界\" 🌍\n"},"logprobs":null,"finish_reason":null}]""" + Ends,
        Begins + """{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":[1,\"ü\"]}"},"extra_content":{"google":{"thought_signature":"cw=="}}},{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":null}]""" + Ends,
        Begins + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]""" + Ends,
        Begins + """],"usage":{"prompt_tokens":9,"completion_tokens":35,"total_tokens":44,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":4}}}""",
    ];

    [Fact]
    public void Every_event_is_a_chunk_and_the_end_tells_why_and_how_much()
    {
        var seen = GeminiWire.Stream(Sse(Events, "\r\n\r\n"));

        seen.Chunks.ShouldBe(Chunks);
        (seen.Finished, seen.IsTerminal, seen.IsOver).ShouldBe((true, true, false));
        seen.Usage.ShouldBe(new Usage { PromptTokens = 9, CompletionTokens = 35, ReasoningTokens = 4 });
    }

    [Fact]
    public void Usage_that_was_not_asked_for_is_not_sent()
    {
        var seen = GeminiWire.Stream(Sse(Events, "\n\n"), includeUsage: false);

        seen.Chunks.ShouldBe(Chunks[..^1].Select(chunk => chunk.Replace(Ends, "}", StringComparison.Ordinal)));
        seen.Usage.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("\n\n")]
    [InlineData("\r\r")]
    [InlineData("\r\n\r\n")]
    [InlineData("\n\n: keep-alive\n\nevent: ping\n\n\n")]
    [InlineData("\r\n\r\nid: 7\r\n\r\n")]
    public void Stream_cut_into_two_pieces_anywhere_is_the_same(string between)
    {
        var stream = Sse(Events, between);
        var whole = GeminiWire.Stream(stream);

        whole.Chunks.ShouldBe(Chunks);
        for (var split = 1; split < stream.Length; split++)
        {
            var seen = GeminiWire.Stream(stream, split);
            seen.Output.ShouldBe(whole.Output);
            (seen.Usage, seen.Text, seen.Finished, seen.IsTerminal).ShouldBe((whole.Usage, whole.Text, whole.Finished, whole.IsTerminal));
        }
    }

    [Fact]
    public void Last_event_may_lack_its_blank_line_and_an_event_may_come_in_several_lines()
    {
        var pretty = JsonNode.Parse(Events[2])!.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        string[] events = [Events[0], Events[1], pretty.ReplaceLineEndings("\ndata: "), Events[3]];

        GeminiWire.Stream(Sse(events, "\n\n").AsSpan()[..^2]).Chunks.ShouldBe(Chunks);
    }

    [Fact]
    public void Several_candidates_are_choices_with_calls_and_reasons_of_their_own()
    {
        var seen = GeminiWire.Stream(Sse(
            [
                """{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":1}]}""",
                """{"candidates":[{"content":{"parts":[{"functionCall":{"id":"x","name":"f"}}]},"index":0,"finishReason":"STOP"},{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}]}""",
            ],
            "\n\n"));

        var chunks = seen.Chunks.Select(chunk => JsonNode.Parse(chunk)!["choices"]![0]!).ToArray();
        chunks.Select(choice => ((int)choice["index"]!, (string?)choice["delta"]!["role"], (string?)choice["finish_reason"])).ShouldBe(
            [(1, "assistant", null), (0, "assistant", null), (1, null, null), (0, null, "tool_calls"), (1, null, "length")]);
    }

    [Fact]
    public void Picture_comes_as_the_image_of_a_delta()
    {
        var seen = GeminiWire.Stream(Sse(["""{"candidates":[{"content":{"parts":[{"inlineData":{"data":"QUJD","mimeType":"image/png"}}]},"finishReason":"STOP"}]}"""], "\n\n"));

        seen.Chunks[0].ShouldContain("""{"role":"assistant","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]}""");
        seen.Text.ShouldBe(default);
    }

    [Fact]
    public void Megabyte_in_one_event_arrives()
    {
        var text = new string('x', 1 << 20);
        var stream = Sse([$$"""{"candidates":[{"content":{"parts":[{"text":"{{text}}"}]},"finishReason":"STOP"}]}"""], "\n\n");

        var seen = GeminiWire.Stream(stream, split: 500_000);

        ((string?)JsonNode.Parse(seen.Chunks[0])!["choices"]![0]!["delta"]!["content"]).ShouldBe(text);
        seen.Text.Letters.ShouldBe(1 << 20);
    }

    [Fact]
    public void Prompt_that_is_held_back_ends_filtered()
    {
        var seen = GeminiWire.Stream(Sse(["""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":5}}"""], "\n\n"));

        seen.Chunks[0].ShouldBe(Begins + """{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]""" + Ends);
        seen.Chunks[1].ShouldBe(Begins + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"content_filter"}]""" + Ends);
        (seen.Finished, seen.Usage!.Value.PromptTokens).ShouldBe((true, 5));
    }

    [Fact]
    public void Answer_that_is_held_back_before_its_first_word_begins_all_the_same()
    {
        var seen = GeminiWire.Stream(Sse(["""{"candidates":[{"finishReason":"SAFETY","index":0}]}"""], "\n\n"));

        seen.Chunks.Length.ShouldBe(2);
        seen.Chunks[1].ShouldContain("content_filter");
    }

    [Fact]
    public void Stream_that_ends_before_it_says_why_was_cut_off()
    {
        for (var events = 1; events < Events.Length; events++)
        {
            var seen = GeminiWire.Stream(Sse(Events[..events], "\n\n"));

            seen.Chunks.ShouldBe(Chunks[..events]);
            (seen.IsMalformed, seen.Finished).ShouldBe((true, false));
        }
    }

    [Fact]
    public void Stream_without_any_answer_says_nothing()
    {
        foreach (var stream in (string[])["", ": nothing\n\n", "data: {}\n\n", """data: {"usageMetadata":{"promptTokenCount":5}}""" + "\n\n"])
        {
            var seen = GeminiWire.Stream(Encoding.UTF8.GetBytes(stream));

            (seen.Output, seen.Finished, seen.IsTerminal, seen.IsOver).ShouldBe(("", false, false, false), stream);
        }
    }

    [Theory]
    [InlineData("""{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}""", 503, null)]
    [InlineData("""[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]""", 429, "rate_limit_exceeded")]
    [InlineData("""{"error":"odd"}""", 500, null)]
    public void Error_in_the_middle_is_told_and_not_passed_on(string error, int status, string? code)
    {
        var seen = GeminiWire.Stream(Sse([Events[0], error, Events[3]], "\n\n"));

        seen.Chunks.ShouldBe(Chunks[..1]);
        (seen.Error!.Status, seen.Error.Code).ShouldBe((status, code));
    }

    [Theory]
    [InlineData("half an ev")]
    [InlineData("[DONE]")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"a"}]}""")]
    public void Event_that_cannot_be_read_breaks_the_stream(string data)
    {
        var seen = GeminiWire.Stream(Sse([Events[0], data], "\n\n"));

        seen.IsMalformed.ShouldBeTrue();
        seen.Chunks.ShouldBe(Chunks[..1]);
    }

    [Fact]
    public void Event_of_text_costs_no_memory_once_the_stream_runs()
    {
        var translator = Gateway.Core.Dialects.Gemini.GeminiDialect.Instance.Translation.BeginStream(GeminiWire.Frame, includeUsage: true, text: null);
        var output = new System.Buffers.ArrayBufferWriter<byte>(1 << 20);
        var data = Encoding.UTF8.GetBytes(Events[1]);
        for (var i = 0; i < 100; i++)
        {
            translator.Read(data, output);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            translator.Read(data, output);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static byte[] Sse(IEnumerable<string> events, string between) => Encoding.UTF8.GetBytes(string.Concat(events.Select(data => $"data: {data}{between}")));
}
