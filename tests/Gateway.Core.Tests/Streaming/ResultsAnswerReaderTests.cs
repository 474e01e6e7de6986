using System.Text;
using Gateway.Core.Endpoints;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Gateway.Core.Tests.Requests.Texts;
using Gateway.Core.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

/// <summary>Answers of embeddings, text completions and moderation, whole and in their beginnings.</summary>
public sealed class ResultsAnswerReaderTests
{
    private const string Completion =
        """{"id":"x","object":"text_completion","created":1,"model":"up","choices":[{"text":"one \"two\" é \ud83d\ude00","index":0,"logprobs":{"text":"no","tokens":["no"]},"finish_reason":"stop"},{"index":1,"text":"zwei"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}""";

    [Fact]
    public void Completion_tells_its_texts_usage_and_model()
    {
        var json = Encoding.UTF8.GetBytes(Completion);
        using var text = new ReceivedText();
        BytePairEncoder.TryGet("cl100k_base", out var encoder).ShouldBeTrue();

        ApiEndpoint.Completions.TryReadAnswer(json, Request(), out var answer, text).ShouldBeTrue();

        (answer.IsAnswer, answer.IsError).ShouldBe((true, false));
        (Encoding.UTF8.GetString(answer.Model.Of(json)), Encoding.UTF8.GetString(answer.Object.Of(json))).ShouldBe(("\"up\"", "\"text_completion\""));
        answer.Usage.ShouldBe(new Usage { PromptTokens = 5, CompletionTokens = 7 });
        answer.Text.ShouldBe(TextSize.OfJson("one \\\"two\\\" é \\ud83d\\ude00zwei"u8));
        text.Count(encoder).ShouldBe(encoder.CountJson("one \\\"two\\\" é \\ud83d\\ude00zwei"u8));
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"data":[],"model":"m"}""", true, false)]
    [InlineData("/v1/embeddings", """{"data":{},"model":"m"}""", false, false)]
    [InlineData("/v1/embeddings", """{"error":{"message":"x"}}""", false, true)]
    [InlineData("/v1/embeddings", """{"message":"x"}""", false, true)]
    [InlineData("/v1/moderations", """{"results":[{"flagged":true}]}""", true, false)]
    [InlineData("/v1/moderations", """{"data":[]}""", false, false)]
    [InlineData("/v1/completions", """{"choices":[],"error":null}""", true, false)]
    [InlineData("/v1/completions", """{"choices":[1,[2]]}""", true, false)]
    [InlineData("/v1/completions", """{"results":[]}""", false, false)]
    public void What_was_asked_for_is_told_from_an_error(string path, string json, bool isAnswer, bool isError)
    {
        ApiEndpoint.All.Single(known => known.Path == path).TryReadAnswer(Encoding.UTF8.GetBytes(json), Request(), out var answer).ShouldBeTrue();

        (answer.IsAnswer, answer.IsError).ShouldBe((isAnswer, isError));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"data":[]} x""")]
    [InlineData("""{"data":[""")]
    [InlineData("""{"\ud800":1}""")]
    public void What_is_no_object_is_no_answer(string json) =>
        ApiEndpoint.Embeddings.TryReadAnswer(Encoding.UTF8.GetBytes(json), Request(), out _).ShouldBeFalse();

    [Fact]
    public void Mutated_answer_is_read_or_refused()
    {
        var damage = new Damage(11, "\"", "{", "}", "[", "]", ",", ":", "\\", "1", "null", "\"n\":", " ");
        var read = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var json = damage.Of(Encoding.UTF8.GetBytes(Completion));
            _ = PartialCompletionReader.Read(json);
            foreach (var endpoint in (IEndpoint[])[ApiEndpoint.Completions, ApiEndpoint.Embeddings, ApiEndpoint.Moderations])
            {
                if (endpoint.TryReadAnswer(json, Request(), out var answer))
                {
                    read++;
                    answer.Model.End.ShouldBeLessThanOrEqualTo(json.Length);
                    answer.Object.End.ShouldBeLessThanOrEqualTo(json.Length);
                }
            }
        }

        read.ShouldBeGreaterThan(1_000);
    }

    [Fact]
    public void Every_beginning_gives_no_less_than_a_shorter_one_and_the_whole_what_its_reader_gives()
    {
        var json = Encoding.UTF8.GetBytes(Completion);
        ApiEndpoint.Completions.TryReadAnswer(json, Request(), out var answer).ShouldBeTrue();
        var before = 0L;
        for (var length = 0; length <= json.Length; length++)
        {
            var size = TextEstimate.Tokens(PartialCompletionReader.Read(json.AsSpan(0, length)));

            size.ShouldBeGreaterThanOrEqualTo(before);
            before = size;
        }

        PartialCompletionReader.Read(json).ShouldBe(answer.Text);
    }

    [Theory]
    [InlineData("""{"choices":[{"text":"abc""", "abc")]
    [InlineData("""{"choices":[{"text": "abc\u00""", "abc")]
    [InlineData("""{"choices":[{"text":"abc","index":1},{"text":"d""", "abcd")]
    [InlineData("""{"choices":[{"logprobs":{"text":"abc""", "")]
    [InlineData("""{"choices":[{"finish_reason":"abc""", "")]
    [InlineData("""{"data":[{"text":"abc""", "")]
    [InlineData("<html>", "")]
    public void Text_that_breaks_off_counts_as_far_as_it_came(string json, string text) =>
        PartialCompletionReader.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(TextSize.OfJson(Encoding.UTF8.GetBytes(text)));

    private static ParsedRequest Request()
    {
        ApiEndpoint.Completions.TryRead("""{"model":"m","prompt":"a"}"""u8.ToArray(), 1, out var request, out _).ShouldBeTrue();
        return request!;
    }
}
