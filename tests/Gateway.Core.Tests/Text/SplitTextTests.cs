using System.Text;
using System.Text.RegularExpressions;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class SplitTextTests
{
    // What the patterns treat apart, often enough that every border between two of them comes up.
    private static readonly string[] Alphabet =
        ["a", "B", "s", "'", "'ll", "'S", "\u4E00", "\u02B0", "\u0301", "0", "7", " ", "\t", "\u00A0", "\n", "\r", "/", "!", "\U0001F600", "\u01C5", "\u00E9"];

    public static TheoryData<string> Names() => ["cl100k_base", "o200k_base"];

    [Theory]
    [InlineData("aé", "aa")]
    [InlineData("É\u01C5", "AA")]
    [InlineData("日\u02B0\U00020000", "\u00AA\u00AA\u00AA")]
    [InlineData("\U0001D4D7\U0001D4EE\U0001D7D8", "Aa0")]
    [InlineData("½Ⅷ٣", "000")]
    [InlineData("\u0301\u0903\u20DD", "\u0300\u0300\u0300")]
    [InlineData("\u00A0\u2028\u3000\u0085", "\t\t\t\t")]
    [InlineData("€—\u200D\U0001F600\uFFFD", "#####")]
    [InlineData("x\r\n\u001C~", "x\r\n\u001C~")]
    [InlineData("'\u017F\u212A", "'sA")]
    public void Each_code_point_has_one_character_of_its_kind(string text, string standIns) => Write(text).ShouldBe(standIns);

    [Fact]
    public void Long_runs_of_ascii_between_other_text_stay_in_place()
    {
        var ascii = string.Concat(Enumerable.Range(0, 200).Select(i => (char)(' ' + (i % 95))));

        Write($"é{ascii}日日{ascii}é").ShouldBe($"a{ascii}\u00AA\u00AA{ascii}a");
    }

    [Fact]
    public void Long_s_is_an_s_in_a_contraction() => Pieces(SplitPatterns.Cl100K(), Write("'\u017Fa")).ShouldBe(["'s", "a"]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_splits_at_a_cut_as_the_whole_does(string name)
    {
        var pattern = name == "cl100k_base" ? SplitPatterns.Cl100K() : SplitPatterns.O200K();
        var random = new Random(7);
        var cuts = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var text = Write(string.Concat(random.GetItems(Alphabet, 12)));
            var whole = Pieces(pattern, text);
            for (var seen = 2; seen <= text.Length; seen++)
            {
                // What comes behind is not known where a window is cut.
                var cut = SplitText.LastCut(text.AsSpan(0, seen));
                if (cut > 0)
                {
                    cuts++;
                    string[] parts = [.. Pieces(pattern, text[..cut]), .. Pieces(pattern, text[cut..])];
                    parts.ShouldBe(whole, customMessage: $"{text} at {cut}");
                }
            }
        }

        cuts.ShouldBeGreaterThan(10_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pieces_leave_nothing_out(string name)
    {
        var pattern = name == "cl100k_base" ? SplitPatterns.Cl100K() : SplitPatterns.O200K();
        var random = new Random(8);
        for (var round = 0; round < 3_000; round++)
        {
            var text = Write(string.Concat(random.GetItems(Alphabet, 20)));
            string.Concat(Pieces(pattern, text)).ShouldBe(text);
        }
    }

    private static string[] Pieces(Regex pattern, string text) => [.. pattern.Matches(text).Select(match => match.Value)];

    private static string Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var characters = new char[bytes.Length];
        return new string(characters, 0, SplitText.Write(bytes, characters));
    }
}
