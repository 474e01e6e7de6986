using System.Buffers;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicAnswerTests
{
    private static readonly ChatFrame Frame = new("chatcmpl-1", 1700000000, "\"my \\\"model\""u8.ToArray());

    [Theory]
    [InlineData("texts are one",
        """{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"hé\n"},{"type":"text","text":"\u00e9\ud83d\ude00"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":3},"output_tokens":9,"output_tokens_details":{"thinking_tokens":2},"service_tier":"standard"}}""",
        """ "content":"hé\n\u00e9\ud83d\ude00","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":17,"completion_tokens":9,"total_tokens":26,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}""")]
    [InlineData("calls carry their arguments as text",
        """{"content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{"a": "x\"y\\", "b":[1,2]}},{"type":"tool_use","id":"toolu_2","name":"g","input":{}}],"stop_reason":"tool_use"}""",
        """ "content":null,"refusal":null,"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"a\": \"x\\\"y\\\\\", \"b\":[1,2]}"}},{"id":"toolu_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}]}""")]
    [InlineData("a thought is reasoning, its signature nobody's",
        """{"content":[{"type":"thinking","thinking":"hm","signature":"abc"},{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"t","citations":null}],"stop_reason":"stop_sequence","usage":{"input_tokens":1,"output_tokens":2}}""",
        """ "content":"t","refusal":null,"reasoning_content":"hm"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""")]
    [InlineData("an empty answer is an empty text", """{"content":[],"stop_reason":null}""", """ "content":"","refusal":null},"logprobs":null,"finish_reason":"stop"}]}""")]
    [InlineData("what is not known is passed over",
        """{"content":[4,{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"text":"no type"},{"type":"tool_use","id":5,"input":"x"}],"stop_reason":"something"}""",
        """ "content":null,"refusal":null,"tool_calls":[{"id":"","type":"function","function":{"name":"","arguments":"{}"}}]},"logprobs":null,"finish_reason":"stop"}]}""")]
    public void Message_becomes_a_chat_completion(string what, string message, string expected) =>
        Translate(message).ShouldBe("""{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"my \"model","choices":[{"index":0,"message":{"role":"assistant",""" + expected[1..], what);

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("pause_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("refusal", "content_filter")]
    public void Stop_reason_has_its_finish_reason(string reason, string finish) =>
        Translate($$"""{"content":[{"type":"text","text":"t"}],"stop_reason":"{{reason}}"}""").ShouldEndWith($"\"finish_reason\":\"{finish}\"}}]}}");

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"content":"text"}""")]
    [InlineData("""{"content":[]} x""")]
    [InlineData("""{"content":[],"error":{"type":"api_error","message":"m"}}""")]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""")]
    [InlineData("""{"content":[{"type":"text","text":"t" """)]
    public void What_is_no_message_is_none(string answer) =>
        AnthropicDialect.Instance.Translation.TryWriteAnswer(Encoding.UTF8.GetBytes(answer), Frame, new ArrayBufferWriter<byte>()).ShouldBeFalse();

    [Theory]
    [InlineData("""{"input_tokens":"5"}""", long.MinValue, 0)]
    [InlineData("""{"input_tokens":-5,"cache_read_input_tokens":9}""", long.MinValue, 0)]
    [InlineData("""{"input_tokens":5.5}""", long.MinValue, 0)]
    [InlineData("""{"input_tokens":1e300,"cache_read_input_tokens":9}""", long.MaxValue, 0)]
    [InlineData("""{"input_tokens":9223372036854775807,"cache_read_input_tokens":1,"output_tokens":null,"output_tokens_details":null}""", long.MaxValue, 0)]
    [InlineData("""{"input_tokens":5,"output_tokens":{}}""", 5, long.MinValue)]
    public void Absurd_usage_stays_absurd(string usage, long prompt, long completion)
    {
        var translated = Encoding.UTF8.GetBytes(Translate($$"""{"content":[],"usage":{{usage}}}"""));
        ChatAnswerReader.TryRead(translated, out var answer).ShouldBeTrue();

        (answer.Usage!.Value.PromptTokens, answer.Usage.Value.CompletionTokens).ShouldBe((prompt, completion));
        UsageJudge.Judge(answer.Usage.Value, 1000).ShouldBe(UsageProblem.OutOfRange);
    }

    [Fact]
    public void Answer_that_broke_off_is_counted_as_far_as_it_came()
    {
        const string Whole = """{"id":"msg_x","content":[{"type":"text","text":"one"},{"type":"thinking","thinking":"two"},{"type":"tool_use","id":"id","name":"three","input":{"four":["five",6]}},{"type":"text","text":"séven\n"}],"usage":{}}""";
        var bytes = Encoding.UTF8.GetBytes(Whole);
        var longest = TextSize.OfJson("one two three four five 6 seven \\n".Replace(" ", "", StringComparison.Ordinal).Select(character => (byte)character).ToArray());
        long before = 0;
        for (var length = 0; length <= bytes.Length; length++)
        {
            using var text = new ReceivedText();
            var size = AnthropicDialect.Instance.Translation.ReadBegun(bytes.AsSpan(0, length), text);
            var letters = size.Letters + size.Digits + size.Signs + size.Alphabetic;
            letters.ShouldBeGreaterThanOrEqualTo(before, $"at {length}");
            before = letters;
        }

        before.ShouldBe(longest.Letters + longest.Digits + longest.Signs);
        AnthropicDialect.Instance.Translation.ReadBegun(Encoding.UTF8.GetBytes("""{"content":[{"type":"text","text":"half an ans"""), null).ShouldBe(TextSize.OfJson("half an ans"u8));
        AnthropicDialect.Instance.Translation.ReadBegun("<html>"u8, null).ShouldBe(default);
    }

    private static string Translate(string message)
    {
        var output = new ArrayBufferWriter<byte>();
        AnthropicDialect.Instance.Translation.TryWriteAnswer(Encoding.UTF8.GetBytes(message), Frame, output).ShouldBeTrue();
        var text = Encoding.UTF8.GetString(output.WrittenSpan);

        // What is written must be what the gateway's own reader takes.
        ChatAnswerReader.TryRead(output.WrittenSpan, out var answer).ShouldBeTrue(text);
        answer.Choices.ShouldBe(1);
        return text;
    }
}
