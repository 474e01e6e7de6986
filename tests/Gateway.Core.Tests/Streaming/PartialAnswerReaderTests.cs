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

            (size.AsciiBytes + size.OtherBytes).ShouldBeGreaterThanOrEqualTo(before);
            text.Count(encoder).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(before == 0 ? 0 : 1);
            before = size.AsciiBytes + size.OtherBytes;
        }
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"abc""", 3)]
    [InlineData("""{"choices":[{"message":{"content":"abc\""", 3)]
    [InlineData("""{"choices":[{"message":{"content":"abc\\""", 5)]
    [InlineData("""{"choices":[{"message":{"content":"abc\u00""", 3)]
    [InlineData("""{"choices":[{"message":{"content":"abc","refusal": "x""", 4)]
    [InlineData("""{"choices":[{"message":{"role":"assist""", 0)]
    [InlineData("""{"choices":[{"message":{"content""", 0)]
    [InlineData("""{"choices":[{"logprobs":{"content":[{"token":"abc""", 0)]
    [InlineData("""{"model":"abc""", 0)]
    [InlineData("""<html>""", 0)]
    [InlineData("", 0)]
    public void Text_that_breaks_off_counts_as_far_as_it_came(string json, long ascii) =>
        PartialAnswerReader.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(new TextSize(ascii, 0));

    [Fact]
    public void Broken_character_of_several_bytes_is_left_out()
    {
        var json = Encoding.UTF8.GetBytes("""{"choices":[{"message":{"content":"aé""");

        PartialAnswerReader.Read(json.AsSpan(..^1)).ShouldBe(new TextSize(1, 0));
        PartialAnswerReader.Read(json).ShouldBe(new TextSize(1, 2));
    }
}
