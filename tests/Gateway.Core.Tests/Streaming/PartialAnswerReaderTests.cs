using System.Text;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class PartialAnswerReaderTests
{
    private const string Whole =
        """{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"one \"two\" é \u00fc \ud83d\ude00 end","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"one"}]},"finish_reason":"stop"},{"message":{"content":"zwei"}}],"usage":{"message":{"content":"no"}}}""";

    [Fact]
    public void Whole_answer_gives_the_same_as_to_the_reader_of_whole_answers()
    {
        var json = Encoding.UTF8.GetBytes(Whole);
        ChatAnswerReader.TryRead(json, out var answer).ShouldBeTrue();

        PartialAnswerReader.Read(json).ShouldBe(answer.Text);
    }

    [Fact]
    public void Every_beginning_gives_no_less_than_a_shorter_one_and_never_half_a_character()
    {
        var json = Encoding.UTF8.GetBytes(Whole);
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        var before = 0L;
        for (var length = 0; length <= json.Length; length++)
        {
            using var text = new ReceivedText();

            var size = PartialAnswerReader.Read(json.AsSpan(0, length), text);

            Characters(size).ShouldBeGreaterThanOrEqualTo(before);
            text.Count(encoder).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(before == 0 ? 0 : 1);
            before = Characters(size);
        }
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"abc""", "abc")]
    [InlineData("""{"choices":[{"message":{"content":"abc\""", "abc")]
    [InlineData("""{"choices":[{"message":{"content":"abc\\""", """abc\\""")]
    [InlineData("""{"choices":[{"message":{"content":"abc\u00""", "abc")]
    [InlineData("""{"choices":[{"message":{"content":"abc","refusal": "x""", "abcx")]
    [InlineData("""{"choices":[{"message":{"role":"assist""", "")]
    [InlineData("""{"choices":[{"message":{"content""", "")]
    [InlineData("""{"choices":[{"logprobs":{"content":[{"token":"abc""", "")]
    [InlineData("""{"model":"abc""", "")]
    [InlineData("""<html>""", "")]
    [InlineData("", "")]
    public void Text_that_breaks_off_counts_as_far_as_it_came(string json, string text) =>
        PartialAnswerReader.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(TextSize.OfJson(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Broken_character_of_several_bytes_is_left_out()
    {
        var json = Encoding.UTF8.GetBytes("""{"choices":[{"message":{"content":"aé""");

        PartialAnswerReader.Read(json.AsSpan(..^1)).ShouldBe(TextSize.OfJson("a"u8));
        PartialAnswerReader.Read(json).ShouldBe(TextSize.OfJson("aé"u8));
    }

    private static long Characters(TextSize size) => size.Letters + size.Digits + size.Signs + size.Alphabetic + size.Ideographic + size.Astral;
}
