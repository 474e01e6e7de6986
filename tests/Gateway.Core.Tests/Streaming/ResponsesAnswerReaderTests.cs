using System.Text;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class ResponsesAnswerReaderTests
{
    private const string Response = """
        {"id":"resp_1","object":"response","status":"completed","error":null,"model":"gpt-4o-2024-08-06","output":[
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"ab"}],"encrypted_content":"zzzz"},
          {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"cd","annotations":[{"title":"t"}],"logprobs":[]}]},
          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"fn","arguments":"{}"}],
         "usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":40,"cache_write_tokens":5},"output_tokens":30,"output_tokens_details":{"reasoning_tokens":20},"total_tokens":130}}
        """;

    [Fact]
    public void Whole_response_gives_model_ids_usage_and_text()
    {
        var json = Encoding.UTF8.GetBytes(Response);

        ResponsesAnswerReader.TryReadWhole(json, out var answer).ShouldBeTrue();

        Encoding.UTF8.GetString(answer.Model.Of(json)).ShouldBe("\"gpt-4o-2024-08-06\"");
        Encoding.UTF8.GetString(answer.Id.Of(json)).ShouldBe("\"resp_1\"");
        answer.Items!.Select(item => Encoding.UTF8.GetString(item.Of(json))).ShouldBe(["\"rs_1\"", "\"msg_1\"", "\"fc_1\""]);
        answer.Usage.ShouldBe(new Usage { PromptTokens = 100, CachedTokens = 40, CacheWriteTokens = 5, CompletionTokens = 30, ReasoningTokens = 20 });
        answer.Text.ShouldBe(TextSize.OfJson("abcdfn{}"u8));
        (answer.HasOutput, answer.HasFailed, answer.Error.Length).ShouldBe((true, false, 0));
    }

    [Theory]
    [InlineData("""{"type":"response.output_text.delta","delta":"ab","logprobs":[]}""", ResponsesEventKind.Delta, "ab")]
    [InlineData("""{"delta":"ab","type":"response.refusal.delta"}""", ResponsesEventKind.Delta, "ab")]
    [InlineData("""{"type":"response.function_call_arguments.delta","delta":"{\"a\":"}""", ResponsesEventKind.Delta, """{\"a\":""")]
    [InlineData("""{"type":"response.custom_tool_call_input.delta","delta":"x"}""", ResponsesEventKind.Delta, "x")]
    [InlineData("""{"type":"response.reasoning_text.delta","delta":"x"}""", ResponsesEventKind.Delta, "x")]
    [InlineData("""{"type":"response.reasoning_summary_text.delta","delta":"x"}""", ResponsesEventKind.Delta, "x")]
    [InlineData("""{"type":"response.audio.delta","delta":"AAAA"}""", ResponsesEventKind.Other, "")]
    [InlineData("""{"type":"response.output_text.done","text":"ab"}""", ResponsesEventKind.Other, "")]
    [InlineData("""{"type":"response.created","response":{"id":"resp_1","output":[]}}""", ResponsesEventKind.Other, "")]
    [InlineData("""{"type":"response.completed","response":{"output":[{"text":"ab"}]}}""", ResponsesEventKind.Completed, "")]
    [InlineData("""{"type":"response.incomplete","response":{}}""", ResponsesEventKind.Completed, "")]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"server_error"}}}""", ResponsesEventKind.Failed, "")]
    [InlineData("""{"type":"error","code":"x","message":"m","param":null}""", ResponsesEventKind.Error, "")]
    [InlineData("""{"error":{"message":"m"}}""", ResponsesEventKind.Error, "")]
    [InlineData("""{"message":"m","code":"x"}""", ResponsesEventKind.Error, "")]
    [InlineData("""{"type":"something.new","message":"m","error":null}""", ResponsesEventKind.Other, "")]
    public void Event_is_what_its_type_says(string json, ResponsesEventKind kind, string text)
    {
        ResponsesAnswerReader.TryReadEvent(Encoding.UTF8.GetBytes(json), out var answer).ShouldBeTrue();

        answer.Kind.ShouldBe(kind);
        answer.Text.ShouldBe(TextSize.OfJson(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Text_of_a_terminal_event_counts_where_none_came_before()
    {
        using var text = new ReceivedText();

        ResponsesAnswerReader.TryReadEvent("""{"type":"response.completed","response":{"output":[{"content":[{"type":"output_text","text":"hello world"}]}]}}"""u8, out var answer, text, takesOutput: true).ShouldBeTrue();

        answer.Text.ShouldBe(TextSize.OfJson("hello world"u8));
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        text.Count(encoder!).ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[DONE]")]
    [InlineData("[]")]
    [InlineData("""{"type":"response.completed"}{}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"type":""")]
    public void What_is_no_object_is_not_read(string json) =>
        ResponsesAnswerReader.TryReadEvent(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();
}
