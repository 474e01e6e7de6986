using System.Text;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Endpoints;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Messages;

public sealed class MessagesAnswerTests
{
    private const string Head = """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[""";
    private const string NoUsage = "\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":0,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":0}}";

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"a\u00e9"},"finish_reason":"stop"}]}""", """{"type":"text","text":"a\u00e9"}],"stop_reason":"end_turn""")]
    [InlineData("""{"choices":[{"message":{"content":"a"},"finish_reason":"length"}]}""", """{"type":"text","text":"a"}],"stop_reason":"max_tokens""")]
    [InlineData("""{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}""", """{"type":"text","text":"no"}],"stop_reason":"refusal""")]
    [InlineData("""{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}""", """],"stop_reason":"refusal""")]
    [InlineData("""{"choices":[{"message":{"reasoning_content":"hm","content":"a"},"finish_reason":"stop"},{"message":{"content":"b"}}]}""", """{"type":"text","text":"a"}],"stop_reason":"end_turn""")]
    [InlineData(
        """{"choices":[{"message":{"content":"so","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":\"\\u00e9\"}"}},{"id":"","function":{"name":"g","arguments":""}},{"id":"c3","function":{"name":"h","arguments":"{\"a\":"}}]},"finish_reason":"stop"}]}""",
        """{"type":"text","text":"so"},{"type":"tool_use","id":"c1","name":"f","input":{"a":"\u00e9"}},{"type":"tool_use","id":"toolu_1_1","name":"g","input":{}},{"type":"tool_use","id":"c3","name":"h","input":{"arguments":"{\"a\":"}}],"stop_reason":"tool_use""")]
    public void Completion_becomes_a_message(string completion, string message) => MessagesWire.Answer(completion).ShouldBe(Head + message + NoUsage);

    [Fact]
    public void Thoughts_are_for_those_who_asked() =>
        MessagesWire.Answer("""{"choices":[{"message":{"reasoning_content":"hm","content":"a"},"finish_reason":"stop"}]}""", thinking: true)!
            .ShouldStartWith(Head + """{"type":"thinking","signature":"","thinking":"hm"},{"type":"text","text":"a"}]""");

    [Fact]
    public void Usage_is_told_without_the_cache_and_read_back_as_it_was()
    {
        var message = MessagesWire.Answer("""
            {"choices":[{"message":{"content":"abc"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":20,
             "prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":10,"image_tokens":7},"completion_tokens_details":{"reasoning_tokens":5}}}
            """)!;

        message.ShouldEndWith("""
            "usage":{"input_tokens":60,"cache_creation_input_tokens":10,"cache_read_input_tokens":30,"output_tokens":20,"input_tokens_details":{"image_tokens":7},"output_tokens_details":{"thinking_tokens":5}}}
            """.Trim());
        ApiEndpoint.Messages.TryReadAnswer(Encoding.UTF8.GetBytes(message), MessagesWire.Read(Ask), out var answer).ShouldBeTrue();
        answer.IsAnswer.ShouldBeTrue();
        answer.Usage.ShouldBe(new Usage { PromptTokens = 100, CachedTokens = 30, CacheWriteTokens = 10, ImageInputTokens = 7, CompletionTokens = 20, ReasoningTokens = 5 });
        answer.Text.ShouldBe(TextSize.OfJson("abc"u8));
    }

    [Fact]
    public void Message_of_the_provider_is_read_in_place()
    {
        const string message = """{"id":"x","type":"message","model":"claude-x","content":[{"type":"text","text":"abc"}],"usage":{"input_tokens":5,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens":6}}""";

        ApiEndpoint.Messages.TryReadAnswer(Encoding.UTF8.GetBytes(message), MessagesWire.Read(Ask), out var answer).ShouldBeTrue();

        (answer.IsAnswer, answer.IsError).ShouldBe((true, false));
        message.Substring(answer.Model.Start, answer.Model.Length).ShouldBe("\"claude-x\"");
        answer.Usage.ShouldBe(new Usage { PromptTokens = 14, CachedTokens = 2, CacheWriteTokens = 7, CompletionTokens = 6 });
    }

    [Fact]
    public void Answer_without_usage_tells_none()
    {
        var message = MessagesWire.Answer("""{"choices":[{"message":{"content":"abc"},"finish_reason":"stop"}]}""")!;

        ApiEndpoint.Messages.TryReadAnswer(Encoding.UTF8.GetBytes(message), MessagesWire.Read(Ask), out var answer).ShouldBeTrue();

        answer.Usage.ShouldBeNull();
    }

    [Fact]
    public void Gemini_answers_in_messages_too() =>
        MessagesWire.Answer("""{"candidates":[{"content":{"parts":[{"text":"abc"}]},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6}}""", GeminiDialect.Instance)
            .ShouldBe(Head + """{"type":"text","text":"abc"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":6}}""");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":[7]}""")]
    [InlineData("""{"error":{"message":"x"},"choices":[{"message":{}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"a"}}]} x""")]
    public void What_is_no_completion_becomes_none(string answer) => MessagesWire.Answer(answer).ShouldBeNull();

    [Fact]
    public void Anthropic_answers_pass() => ApiEndpoint.Messages.PassageTo(AnthropicDialect.Instance)!.TranslatesAnswers.ShouldBeFalse();

    private const string Ask = """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""";
}
