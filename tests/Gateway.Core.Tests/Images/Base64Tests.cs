using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class Base64Tests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("QQ==", 1)]
    [InlineData("QQ=", 1)]
    [InlineData("QQ", 1)]
    [InlineData("QR==", 1)]
    [InlineData("QUI=", 2)]
    [InlineData("QUI", 2)]
    [InlineData("QUJD", 3)]
    [InlineData("QUJDRA", 4)]
    [InlineData("QUJD\r\n", 3)]
    [InlineData("Q U\tJ\nD", 3)]
    [InlineData("-_+/", 3)]
    [InlineData("QQ = =", 1)]
    public void Valid_text_tells_its_length(string text, int length)
    {
        Base64Shape.TryScan(Encoding.UTF8.GetBytes(text), false, out Base64Shape shape).ShouldBeTrue();

        shape.Length.ShouldBe(length);
    }

    [Theory]
    [InlineData("Q")]
    [InlineData("QUJDR")]
    [InlineData("=")]
    [InlineData("====")]
    [InlineData("QUJD=")]
    [InlineData("QUI==")]
    [InlineData("QQ===")]
    [InlineData("QQ==QUJD")]
    [InlineData("Q=UJ")]
    [InlineData("QUJ*")]
    [InlineData("QUJD\0")]
    [InlineData("QUJD\u00e9")]
    [InlineData("QUJD%3D")]
    [InlineData("QU\\/D")]
    public void Invalid_text_is_refused(string text) =>
        Base64Shape.TryScan(Encoding.UTF8.GetBytes(text), false, out _).ShouldBeFalse();

    [Theory]
    [InlineData("QU\\/D", 3)]
    [InlineData("QU\\u002fD", 3)]
    [InlineData("\\u0051\\u0051\\u003D\\u003d", 1)]
    [InlineData("QUJD\\r\\n\\tQUJD", 6)]
    public void Escapes_count_as_what_they_stand_for(string text, int length)
    {
        Base64Shape.TryScan(Encoding.UTF8.GetBytes(text), true, out Base64Shape shape).ShouldBeTrue();

        shape.Length.ShouldBe(length);
    }

    [Theory]
    [InlineData("QUJD\\")]
    [InlineData("QUJD\\b")]
    [InlineData("QUJD\\\\")]
    [InlineData("QUJD\\\"")]
    [InlineData("QUJD\\u00")]
    [InlineData("QUJD\\u00g1")]
    [InlineData("QUJD\\u0141")]
    [InlineData("QUJD\\uFFFF")]
    public void Escapes_of_other_characters_are_refused(string text) =>
        Base64Shape.TryScan(Encoding.UTF8.GetBytes(text), true, out _).ShouldBeFalse();

    [Theory]
    [InlineData("QUJDRA==", true)]
    [InlineData("QUJDRA\\n", true)]
    [InlineData("QU\\nJDRA", false)]
    [InlineData("\\u0051UJDRA", false)]
    public void Compact_text_has_its_symbols_side_by_side(string text, bool compact)
    {
        Base64Shape.TryScan(Encoding.UTF8.GetBytes(text), true, out Base64Shape shape).ShouldBeTrue();

        shape.IsCompact.ShouldBe(compact);
        shape.Length.ShouldBe(4);
    }

    [Fact]
    public void Every_byte_at_every_place_of_the_text_is_judged()
    {
        const string symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_ \t\r\n";
        for (int length = 4; length <= 132; length += 64)
        {
            byte[] text = Enumerable.Repeat((byte)'A', length).ToArray();
            for (int place = 0; place < length; place++)
            {
                for (int value = 0; value < 256; value++)
                {
                    text[place] = (byte)value;
                    bool blank = value is ' ' or '\t' or '\r' or '\n';
                    bool expected = symbols.Contains((char)value) || (value == '=' && place == length - 1);

                    Assert.Equal(expected, Base64Shape.TryScan(text, false, out Base64Shape shape));
                    Assert.Equal(!expected ? 0 : blank || value == '=' ? (length * 3 / 4) - 1 : length * 3 / 4, shape.Length);
                }

                text[place] = (byte)'A';
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Any_part_of_any_variant_reads_as_the_bytes_themselves(int length)
    {
        Random random = new(length);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        foreach ((string text, bool jsonEscaped) in DataUrls.Variants(bytes))
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Base64Shape.TryScan(utf8, jsonEscaped, out Base64Shape shape).ShouldBeTrue(text);
            Base64Source source = new(utf8, jsonEscaped, shape);
            source.Length.ShouldBe(length);

            Span<byte> buffer = new byte[length + 2];
            for (int i = 0; i < 200; i++)
            {
                int offset = random.Next(length);
                int count = random.Next(1, buffer.Length);
                int expected = Math.Min(count, length - offset);

                Assert.Equal(expected, source.Read(offset, buffer[..count]));
                Assert.Equal(bytes.AsSpan(offset, expected), buffer[..expected]);
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Nothing_is_read_outside_the_text(long offset)
    {
        Base64Shape.TryScan("QUJD"u8, false, out Base64Shape shape).ShouldBeTrue();
        Base64Source source = new("QUJD"u8, false, shape);

        source.Read(offset, new byte[4]).ShouldBe(0);
    }
}
