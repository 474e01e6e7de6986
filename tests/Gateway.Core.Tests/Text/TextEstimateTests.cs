using System.Text;
using System.Text.Json;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class TextEstimateTests
{
    private static readonly string[] Texts =
        ["english.txt", "german.txt", "code.txt", "data.json", "chinese.txt", "japanese.txt", "korean.txt", "arabic.txt", "russian.txt", "emoji.txt"];

    public static TheoryData<string> Files() => [.. Texts];

    [Theory]
    [InlineData("", 0, 0, 0, 0, 0, 0)]
    [InlineData("ab c", 4, 0, 0, 0, 0, 0)]
    [InlineData("a1!", 1, 1, 1, 0, 0, 0)]
    [InlineData("aéЖन", 1, 0, 0, 3, 0, 0)]
    [InlineData("日本語", 0, 0, 0, 0, 3, 0)]
    [InlineData("😀", 0, 0, 0, 0, 0, 1)]
    [InlineData("a\\u0027b", 2, 0, 1, 0, 0, 0)]
    [InlineData("a\\u00e9b", 2, 0, 0, 1, 0, 0)]
    [InlineData("\\u65E5\\u672c", 0, 0, 0, 0, 2, 0)]
    [InlineData("\\ud83d\\ude00", 0, 0, 0, 0, 0, 1)]
    [InlineData("\\u00", 1, 2, 1, 0, 0, 0)]
    [InlineData("\\\\u0041", 1, 4, 2, 0, 0, 0)]
    [InlineData("\\\\\\u00e9", 0, 0, 2, 1, 0, 0)]
    [InlineData("a\\nb", 3, 0, 1, 0, 0, 0)]
    public void Size_counts_characters_by_kind(string json, long letters, long digits, long signs, long alphabetic, long ideographic, long astral) =>
        TextSize.OfJson(Encoding.UTF8.GetBytes(json)).ShouldBe(new TextSize(letters, digits, signs, alphabetic, ideographic, astral));

    [Fact]
    public void Long_text_is_sized_as_its_characters_are()
    {
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(200)];
            foreach (ref var value in bytes.AsSpan())
            {
                // No backslash: an escape has another size than its characters.
                value = (byte)random.Next(256);
                value = value == '\\' ? (byte)'/' : value;
            }

            var one = default(TextSize);
            foreach (var value in bytes)
            {
                one += TextSize.OfJson([value]);
            }

            TextSize.OfJson(bytes).ShouldBe(one);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Estimate_is_near_the_exact_count_and_rather_high(string file)
    {
        var text = Sample.Read(file);
        var exact = Encoders.Get("o200k_base").Count(text);
        var escaped = JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(text)).AsSpan()[1..^1];

        foreach (var size in (TextSize[])[TextSize.OfJson(text), TextSize.OfJson(escaped)])
        {
            var percent = ((TextEstimate.Tokens(size) * 100) / exact) - 100;
            TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {exact} tokens, estimate {percent:+0;-0;0} %");
            percent.ShouldBeInRange(-10, 25);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(11, 2)]
    [InlineData(12, 3)]
    [InlineData(64, 14)]
    public void Tokens_are_rounded_to_the_nearest_and_one_at_least(long letters, long tokens) =>
        TextEstimate.Tokens(default(TextSize) with { Letters = letters }).ShouldBe(tokens);

    [Fact]
    public void Published_sample_is_hit() =>
        TextEstimate.Prompt(TextSize.OfJson("What's in this image?"u8), messages: 1, named: 0).ShouldBe(12);
}
