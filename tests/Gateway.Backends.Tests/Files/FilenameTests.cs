using System.Globalization;
using Gateway.Files;
using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Files;

public sealed class FilenameTests
{
    [Theory]
    [InlineData("cat.png", "cat.png")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\pictures\\cat.png", "cat.png")]
    [InlineData("  cat \"x\".png ", "cat \"x\".png")]
    [InlineData("a\0b\r\nc\u0085\u2028.png", "abc.png")]
    [InlineData("gnp.\u202Etxt", "gnp.txt")]
    [InlineData("кот.png", "кот.png")]
    [InlineData("", "file")]
    [InlineData("..", "file")]
    [InlineData("/", "file")]
    [InlineData("\r\n", "file")]
    public void Name_is_a_name_alone(string given, string clean) => Filename.Clean(given).ShouldBe(clean);

    // An attribute cannot hold half a character.
    [Fact]
    public void Half_a_character_is_replaced() => Filename.Clean("a\uD800b").ShouldBe("a\uFFFDb");

    [Fact]
    public void Long_name_is_cut_between_characters()
    {
        Filename.Clean(new string('a', 300)).Length.ShouldBe(255);
        Filename.Clean("a" + string.Concat(Enumerable.Repeat("😀", 200))).ShouldBe("a" + string.Concat(Enumerable.Repeat("😀", 127)));
    }

    [Theory]
    [InlineData("60s", 60)]
    [InlineData("90m", 5400)]
    [InlineData("12h", 43_200)]
    [InlineData("3650d", 315_360_000)]
    public void Lifetime_is_a_number_and_its_unit(string text, long seconds)
    {
        FileLifetime.TryParse(text, out var lifetime).ShouldBeTrue();
        lifetime.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("d")]
    [InlineData("59s")]
    [InlineData("3651d")]
    [InlineData("-1d")]
    [InlineData("1.5h")]
    [InlineData("999999999d")]
    [InlineData("1111111111s")]
    public void Other_text_is_no_lifetime(string text) => FileLifetime.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("2026-11-21T02:49:28.123456Z")]
    [InlineData("2398-01-01T00:00:00Z")]
    public void Id_tells_its_time(string text)
    {
        var at = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        var id = FileId.New(at);

        FileId.IsWellFormed(id).ShouldBeTrue();
        FileId.TimeOf(id).ShouldBe(UnixMicroseconds.From(at));
        FileId.New(at).ShouldNotBe(id);
    }
}
