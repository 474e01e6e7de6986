using System.Text;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class ChatAnswerReaderTests
{
    [Fact]
    public void Whole_answer_gives_model_object_usage_and_text()
    {
        var json = Encoding.UTF8.GetBytes("""
            {"id":"x","object":"chat.completion","model":"gpt-4o-2024","choices":[{"message":{"role":"assistant","content":"abc","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":30,"audio_tokens":4,"image_tokens":50,"cache_write_tokens":6},"completion_tokens_details":{"reasoning_tokens":7,"audio_tokens":8}}}
            """);

        ChatAnswerReader.TryRead(json, out var answer).ShouldBeTrue();

        Encoding.UTF8.GetString(answer.Model.Of(json)).ShouldBe("\"gpt-4o-2024\"");
        Encoding.UTF8.GetString(answer.Object.Of(json)).ShouldBe("\"chat.completion\"");
        answer.Usage.ShouldBe(new Usage
        {
            PromptTokens = 100,
            CachedTokens = 30,
            AudioInputTokens = 4,
            ImageInputTokens = 50,
            CacheWriteTokens = 6,
            CompletionTokens = 20,
            ReasoningTokens = 7,
            AudioOutputTokens = 8,
        });
        (answer.Choices, answer.Finished, answer.HasError).ShouldBe((1, true, false));
        answer.Text.ShouldBe(TextSize.OfJson("abcf{}"u8));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"prompt_tokens":0,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":-1,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":1.5,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":99999999999999999999}""")]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":2000000000}""")]
    [InlineData("""{"prompt_tokens":"5","completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":{"x":1}}}""")]
    public void Usage_that_cannot_be_believed_is_found_out(string usage)
    {
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes($$"""{"usage":{{usage}},"choices":[]}"""), out var answer).ShouldBeTrue();

        (answer.Usage is { } reported && UsageJudge.Judge(reported, UsageJudge.Most) == UsageProblem.None).ShouldBeFalse();
        answer.UsageProperty.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Details_that_are_null_are_no_details()
    {
        ChatAnswerReader.TryRead("""{"usage":{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":null,"completion_tokens_details":null}}"""u8, out var answer).ShouldBeTrue();

        answer.Usage.ShouldBe(new Usage { PromptTokens = 5, CompletionTokens = 6 });
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"choices\":[")]
    [InlineData("{} {}")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_no_json_object_is_told_so(string json) =>
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();

    [Theory]
    [InlineData("""{"a":1,"usage":null,"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"usage" : {"x":[1]} , "b":2}""", """{ "b":2}""")]
    [InlineData("""{"a":1 , "usage":null }""", """{"a":1  }""")]
    [InlineData("""{"usage":null}""", """{}""")]
    public void Usage_is_taken_out_with_one_comma(string json, string without)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        ChatAnswerReader.TryRead(bytes, out var answer).ShouldBeTrue();

        var range = JsonProperty.WithComma(bytes, answer.UsageProperty);

        Encoding.UTF8.GetString([.. bytes[..range.Start], .. bytes[range.End..]]).ShouldBe(without);
    }

    [Theory]
    [InlineData("""{"error":null}""", false)]
    [InlineData("""{"error":false}""", false)]
    [InlineData("""{"error":"x"}""", true)]
    [InlineData("""{"error":{}}""", true)]
    [InlineData("""{"message":"boom","type":"server_error"}""", true)]
    [InlineData("""{"message":"x","choices":[]}""", false)]
    public void Error_is_one_that_says_something(string json, bool isError)
    {
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(json), out var answer).ShouldBeTrue();

        answer.IsError.ShouldBe(isError);
    }
}
