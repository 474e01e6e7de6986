using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Whole answers on their way back.</summary>
public sealed class GeminiAnswerTests
{
    private const string Begins = """{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gem","choices":[""";

    [Theory]
    [InlineData("texts are joined, their escapes kept",
        """{"candidates":[{"content":{"parts":[{"text":"a\n\""},{"text":"b\u00e9"}],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"x"}""",
        """{"index":0,"message":{"role":"assistant","content":"a\n\"b\u00e9","refusal":null},"logprobs":null,"finish_reason":"stop"}""")]
    [InlineData("thoughts are reasoning",
        """{"candidates":[{"finishReason":"MAX_TOKENS","content":{"parts":[{"thought":true,"text":"Hm. "},{"text":"Well.","thought":true},{"text":"Yes."}]}}]}""",
        """{"index":0,"message":{"role":"assistant","content":"Yes.","reasoning_content":"Hm. Well.","refusal":null},"logprobs":null,"finish_reason":"length"}""")]
    [InlineData("calls have ids, and arguments as text",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"id":"x1","name":"f","args":{ "a" : "q\"\\ \n z", "b" : [ 1, 2 ] }},"thoughtSignature":"c2ln"}]},"finishReason":"STOP"}]}""",
        """{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"x1","type":"function","function":{"name":"f","arguments":"{\"a\":\"q\\\"\\\\ \\n z\",\"b\":[1,2]}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}],"refusal":null},"logprobs":null,"finish_reason":"tool_calls"}""")]
    [InlineData("several candidates, in their places",
        """{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"content":{"parts":[{"text":"b"}]},"finishReason":"SAFETY","index":1}]}""",
        """{"index":0,"message":{"role":"assistant","content":"a","refusal":null},"logprobs":null,"finish_reason":"stop"},{"index":1,"message":{"role":"assistant","content":"b","refusal":null},"logprobs":null,"finish_reason":"content_filter"}""")]
    [InlineData("a candidate that says nothing",
        """{"candidates":[{"finishReason":"RECITATION"}]}""",
        """{"index":0,"message":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":"content_filter"}""")]
    [InlineData("a picture, with what must come back with it",
        """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"QUJD"},"thoughtSignature":"cA=="},{"inlineData":{"mimeType":"audio/wav","data":"x"}},{"executableCode":{"code":"1"}}]},"finishReason":"STOP"}]}""",
        """{"index":0,"message":{"role":"assistant","content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}],"extra_content":{"google":{"thought_signature":"cA=="}},"refusal":null},"logprobs":null,"finish_reason":"stop"}""")]
    [InlineData("a prompt that was held back",
        """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}""",
        """{"index":0,"message":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":"content_filter"}""")]
    [InlineData("probabilities",
        """{"candidates":[{"content":{"parts":[{"text":"ab"}]},"finishReason":"STOP","logprobsResult":{"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.1},{"token":"x","logProbability":-2}]},{}],"chosenCandidates":[{"token":"a","tokenId":5,"logProbability":-0.1},{"token":"b\n"}]}}]}""",
        """{"index":0,"message":{"role":"assistant","content":"ab","refusal":null},"logprobs":{"content":[{"token":"a","logprob":-0.1,"bytes":null,"top_logprobs":[{"token":"a","logprob":-0.1,"bytes":null},{"token":"x","logprob":-2,"bytes":null}]},{"token":"b\n","logprob":0,"bytes":null,"top_logprobs":[]}],"refusal":null},"finish_reason":"stop"}""")]
    public void Answer_becomes_a_chat_completion(string what, string answer, string choices)
    {
        var written = GeminiWire.Answer(answer).ShouldNotBeNull(what);

        written.ShouldBe($"{Begins}{choices}]}}", what);
        JsonNode.Parse(written).ShouldNotBeNull();
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(written), out var read).ShouldBeTrue();
        (read.HasChoices, read.Finished).ShouldBe((true, true));
    }

    [Theory]
    [InlineData("STOP", "stop")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("RECITATION", "content_filter")]
    [InlineData("LANGUAGE", "content_filter")]
    [InlineData("BLOCKLIST", "content_filter")]
    [InlineData("PROHIBITED_CONTENT", "content_filter")]
    [InlineData("SPII", "content_filter")]
    [InlineData("IMAGE_SAFETY", "content_filter")]
    [InlineData("IMAGE_PROHIBITED_CONTENT", "content_filter")]
    [InlineData("NO_IMAGE", "content_filter")]
    [InlineData("OTHER", "content_filter")]
    [InlineData("MALFORMED_FUNCTION_CALL", "stop")]
    [InlineData("UNEXPECTED_TOOL_CALL", "stop")]
    [InlineData("TOO_MANY_TOOL_CALLS", "stop")]
    [InlineData("SOMETHING_NEW", "stop")]
    public void Reason_becomes_one_that_clients_know(string reason, string expected) =>
        GeminiWire.Answer($$"""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"{{reason}}"}]}""")!.ShouldContain($"\"finish_reason\":\"{expected}\"");

    [Fact]
    public void Usage_is_written_in_openais_meaning()
    {
        var answer = GeminiWire.Answer("""
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":50,"thoughtsTokenCount":200,"cachedContentTokenCount":400,"toolUsePromptTokenCount":7,"totalTokenCount":1257,
              "promptTokensDetails":[{"modality":"TEXT","tokenCount":400},{"modality":"IMAGE","tokenCount":516},{"tokenCount":84,"modality":"AUDIO"}],
              "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":40}],"serviceTier":"standard"}}
            """)!;

        answer.ShouldEndWith(
            ",\"usage\":{\"prompt_tokens\":1007,\"completion_tokens\":250,\"total_tokens\":1257,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":400,\"audio_tokens\":84,\"image_tokens\":516},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":200,\"image_tokens\":40}}}");
        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(answer), out var read).ShouldBeTrue();
        read.Usage.ShouldBe(new Usage
        {
            PromptTokens = 1007,
            CachedTokens = 400,
            AudioInputTokens = 84,
            ImageInputTokens = 516,
            CompletionTokens = 250,
            ReasoningTokens = 200,
            ImageOutputTokens = 40,
        });
    }

    [Theory]
    [InlineData("""{"promptTokenCount":1.5,"candidatesTokenCount":2}""")]
    [InlineData("""{"promptTokenCount":1e300,"candidatesTokenCount":2,"toolUsePromptTokenCount":9223372036854775807}""")]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":-2,"thoughtsTokenCount":9223372036854775807}""")]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":9223372036854775807,"thoughtsTokenCount":9223372036854775807}""")]
    public void Usage_that_cannot_be_believed_stays_so(string usage)
    {
        var answer = GeminiWire.Answer($$$$$"""{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{{{{{usage}}}}} }""")!;

        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(answer), out var read).ShouldBeTrue();
        UsageJudge.Judge(read.Usage!.Value, 1000).ShouldBe(UsageProblem.OutOfRange);
    }

    [Fact]
    public void Calls_without_an_id_get_one_each_that_other_providers_take_too()
    {
        var answer = JsonNode.Parse(GeminiWire.Answer("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}]}},{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]}""")!)!;
        var ids = answer["choices"]!.AsArray().SelectMany(choice => choice!["message"]!["tool_calls"]!.AsArray()).Select(call => (string)call!["id"]!).ToArray();

        ids.Length.ShouldBe(3);
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id.StartsWith("call_", StringComparison.Ordinal) && id.Length <= 40);
        ((string?)answer["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]).ShouldBe("{}");
    }

    [Fact]
    public void Picture_and_signature_are_no_text_of_the_answer()
    {
        var data = Convert.ToBase64String(new byte[3000]);
        var answer = GeminiWire.Answer($$$"""{"candidates":[{"content":{"parts":[{"text":"ab"},{"inlineData":{"mimeType":"image/png","data":"{{{data}}}"},"thoughtSignature":"{{{data}}}"}]}}]}""")!;

        ChatAnswerReader.TryRead(Encoding.UTF8.GetBytes(answer), out var read).ShouldBeTrue();
        read.Text.Letters.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"candidates":[]}""")]
    [InlineData("""{"candidates":[7]}""")]
    [InlineData("""{"candidates":[{"index":-1}]}""")]
    [InlineData("""{"candidates":[{"index":128}]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"a"}]}}]} {}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"a"}]}}]""")]
    [InlineData("""[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}]""")]
    [InlineData("""{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}""")]
    [InlineData("<html>busy</html>")]
    public void What_is_no_answer_is_not_taken_for_one(string answer) => GeminiWire.Answer(answer).ShouldBeNull();

    [Fact]
    public void Text_of_an_answer_that_broke_off_is_counted_to_its_last_whole_character()
    {
        var answer = Encoding.UTF8.GetBytes(
            """{"responseId":"none","candidates":[{"finishReason":"none","content":{"role":"none","parts":[{"text":"ab","thoughtSignature":"none"},{"functionCall":{"id":"none","name":"cd","args":{"e":"fg"}}},{"inlineData":{"mimeType":"none","data":"none"}},{"text":"hé\n""");
        using var text = new ReceivedText();

        GeminiWire.Begun(answer, text).ShouldBe(GeminiWire.Begun(answer));
        GeminiWire.Begun(answer).Letters.ShouldBe(2 + 2 + 2 + 2);
        for (var length = 0; length <= answer.Length; length++)
        {
            Should.NotThrow(() => GeminiWire.Begun(answer.AsSpan(0, length)));
        }

        GeminiWire.Begun("""{"candidates":[{"content":{"parts":[{"text":"ab\u00"""u8).Letters.ShouldBe(2);
        GeminiWire.Begun("no json"u8).ShouldBe(default);
    }
}
