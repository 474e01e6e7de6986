using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class PatchMultiplierTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("1.5")]
    [InlineData("1.62")]
    [InlineData("1.72")]
    [InlineData("2.46")]
    [InlineData("0.000001")]
    [InlineData("999.999999")]
    public void Product_is_the_exact_one_rounded_up(string text)
    {
        PatchMultiplier multiplier = PatchMultiplier.Parse(text);
        decimal exact = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

        for (int patches = 0; patches <= 30_000; patches++)
        {
            Assert.Equal((long)Math.Ceiling(patches * exact), multiplier.Apply(patches));
        }
    }

    [Fact]
    public void Products_that_floating_point_gets_wrong_are_right()
    {
        PatchMultiplier multiplier = PatchMultiplier.Parse("1.62");

        int[] wrong = [.. Enumerable.Range(1, 30_000).Where(patches => (long)Math.Ceiling(patches * 1.62) != multiplier.Apply(patches))];

        wrong.Length.ShouldBe(127);
        wrong.Take(3).ShouldBe([150, 300, 550]);
        multiplier.Apply(150).ShouldBe(243);
        wrong.ShouldAllBe(patches => multiplier.Apply(patches) * 100 == patches * 162L);
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("1000.000000")]
    [InlineData("0001.50")]
    [InlineData("0.5")]
    public void Plain_decimal_is_read_and_kept_as_written(string text)
    {
        PatchMultiplier.TryParse(text, out PatchMultiplier multiplier).ShouldBeTrue();

        multiplier.Text.ShouldBe(text);
        multiplier.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0.000000")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData(".")]
    [InlineData("1.2345678")]
    [InlineData("1000.000001")]
    [InlineData("1001")]
    [InlineData("99999")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e2")]
    [InlineData("1,62")]
    [InlineData(" 1.2")]
    [InlineData("1.2 ")]
    [InlineData("1.2.3")]
    [InlineData("\u0661")]
    public void Anything_else_is_refused(string text)
    {
        PatchMultiplier.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => PatchMultiplier.Parse(text));
    }

    [Fact]
    public void Default_value_is_one()
    {
        default(PatchMultiplier).Text.ShouldBe("1");
        default(PatchMultiplier).Apply(41_334).ShouldBe(41_334);
    }

    [Fact]
    public void Largest_product_does_not_overflow() =>
        PatchMultiplier.Parse("1000.000000").Apply(2048 * 2048).ShouldBe(2048L * 2048 * 1000);
}
