using System.Text;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Text;

public sealed class BytePairEncoderTests
{
    public static TheoryData<string> Names() => ["cl100k_base", "o200k_base"];

    [Theory]
    [InlineData("What is in this image?", 6, 6)]
    [InlineData("What's in this image?", 6, 5)]
    [InlineData("What\u2019s in this image?", 6, 6)]
    [InlineData("Describe this picture:", 4, 4)]
    [InlineData("Hello, how are you?", 6, 6)]
    [InlineData("hello world", 2, 2)]
    [InlineData("You are a helpful assistant.", 6, 6)]
    [InlineData("New synergies will help drive top-line growth.", 10, 10)]
    [InlineData("example_user", 2, 2)]
    [InlineData("\u00e1", 1, 1)]
    [InlineData("お誕生日おめでとう", 9, 8)]
    [InlineData("antidisestablishmentarianism", 6, 6)]
    [InlineData("2 + 2 = 4", 7, 7)]
    [InlineData("<|endoftext|>", 7, 7)]
    [InlineData("", 0, 0)]
    public void Texts_count_as_published(string text, int cl100K, int o200K)
    {
        Encoders.Get("cl100k_base").Count(Encoding.UTF8.GetBytes(text)).ShouldBe(cl100K);
        Encoders.Get("o200k_base").Count(Encoding.UTF8.GetBytes(text)).ShouldBe(o200K);
    }

    [Theory]
    [InlineData("cl100k_base", "hello world", new[] { 15339, 1917 })]
    [InlineData("o200k_base", "hello world", new[] { 24912, 2375 })]
    [InlineData("cl100k_base", "rer", new[] { 38149 })]
    [InlineData("cl100k_base", "'rer", new[] { 2351, 81 })]
    [InlineData("cl100k_base", "today\n ", new[] { 31213, 198, 220 })]
    [InlineData("cl100k_base", "today\n \n", new[] { 31213, 27907 })]
    [InlineData("cl100k_base", "today\n  \n", new[] { 31213, 14211 })]
    public void Tokens_are_those_of_the_reference_implementations_own_tests(string name, string text, int[] tokens) =>
        Encoders.Tokens(Encoders.Get(name), Encoding.UTF8.GetBytes(text)).ShouldBe(tokens);

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_in_many_scripts_encode_as_another_implementation_does(string name)
    {
        var encoder = Encoders.Get(name);
        var samples = Sample.AllEncoded();

        samples.Length.ShouldBeGreaterThan(300);
        foreach (var sample in samples)
        {
            Encoders.Tokens(encoder, sample.Utf8).ShouldBe(sample.TokensOf(name), customMessage: sample.Text);
            encoder.Count(sample.Utf8).ShouldBe(sample.TokensOf(name).Length, customMessage: sample.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tokens_decode_to_the_text(string name)
    {
        var encoder = Encoders.Get(name);
        foreach (var sample in Sample.AllEncoded())
        {
            Encoders.Decode(encoder, Encoders.Tokens(encoder, sample.Utf8)).ShouldBe(sample.Utf8, customMessage: sample.Text);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xC3 }, "\uFFFD")]
    [InlineData(new byte[] { 0xE3, 0x81, 0x20 }, "\uFFFD ")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\uFFFD\uFFFD\uFFFD")]
    [InlineData(new byte[] { 0xC0, 0xAF, 0xF4, 0x90, 0x80, 0x80 }, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0xF0, 0x9F, 0x98, 0x80 }, "\uFFFD\U0001F600")]
    public void What_is_no_utf8_is_encoded_as_replacement_characters(byte[] bytes, string text)
    {
        var encoder = Encoders.Get("o200k_base");

        Encoders.Tokens(encoder, bytes).ShouldBe(Encoders.Tokens(encoder, Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("hello world", "hello world")]
    [InlineData("a\\nb\\r\\n\\tc\\b\\f\\\"\\\\\\/", "a\nb\r\n\tc\b\f\"\\/")]
    [InlineData("caf\\u00e9 \\u00E9t\\u00e9", "café été")]
    [InlineData("\\ud83d\\ude00!", "\U0001F600!")]
    [InlineData("\\ud83d!", "\uFFFD!")]
    [InlineData("\\ude00\\ud83d", "\uFFFD\uFFFD")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\uFFFD\U0001F600")]
    [InlineData("\\ud83dx\\ude00", "\uFFFDx\uFFFD")]
    [InlineData("\\\\u00e9", "\\u00e9")]
    [InlineData("日本\\u8a9e", "日本語")]
    [InlineData("\\", "\\")]
    [InlineData("a\\u12", "a\\u12")]
    [InlineData("a\\u12g4b", "a\\u12g4b")]
    [InlineData("\\x", "\\x")]
    public void Inside_of_a_json_string_counts_as_what_it_stands_for(string json, string text)
    {
        foreach (var name in Names())
        {
            var encoder = Encoders.Get(name.Data);
            encoder.CountJson(Encoding.UTF8.GetBytes(json)).ShouldBe(encoder.Count(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Fact]
    public void Escaped_samples_count_as_the_plain_ones()
    {
        var encoder = Encoders.Get("o200k_base");
        foreach (var sample in Sample.AllEncoded())
        {
            var escaped = string.Concat(sample.Text.Select(unit => $"\\u{(int)unit:X4}"));
            encoder.CountJson(Encoding.ASCII.GetBytes(escaped)).ShouldBe(sample.O200K.Length, customMessage: sample.Text);
        }
    }

    [Theory]
    [InlineData("p50k_base")]
    [InlineData("O200K_BASE")]
    [InlineData("")]
    public void Other_names_have_no_encoder(string name)
    {
        BytePairEncoder.TryGet(name, out var encoder).ShouldBeFalse();

        encoder.ShouldBeNull();
    }

    [Fact]
    public void Encoder_is_made_once()
    {
        var encoder = Encoders.Get("o200k_base");

        encoder.Name.ShouldBe("o200k_base");
        Encoders.Get("o200k_base").ShouldBeSameAs(encoder);
    }
}
