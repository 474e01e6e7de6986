using System.Text;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class TextEstimateTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("abc", 3, 0)]
    [InlineData("aé", 1, 2)]
    [InlineData("日本語のテキストです", 0, 30)]
    [InlineData("a\\u0027b", 3, 0)]
    [InlineData("a\\u00e9b", 2, 3)]
    [InlineData("\\ud83d\\ude00", 0, 6)]
    [InlineData("\\u00", 4, 0)]
    [InlineData("\\\\u0041", 7, 0)]
    [InlineData("\\\\\\u00e9", 2, 3)]
    public void Size_counts_ascii_and_the_rest(string json, long ascii, long other) =>
        TextSize.OfJson(Encoding.UTF8.GetBytes(json)).ShouldBe(new TextSize(ascii, other));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(21, 0, 5)]
    [InlineData(22, 0, 6)]
    [InlineData(0, 30, 10)]
    public void Tokens_are_a_quarter_of_ascii_and_a_third_of_the_rest(long ascii, long other, long tokens) =>
        TextEstimate.Tokens(new TextSize(ascii, other)).ShouldBe(tokens);

    [Fact]
    public void Published_sample_is_hit() =>
        TextEstimate.Prompt(TextSize.OfJson("What's in this image?"u8), messages: 1, named: 0).ShouldBe(12);
}
