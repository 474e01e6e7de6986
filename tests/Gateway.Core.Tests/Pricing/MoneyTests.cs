using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.04", 40_000_000)]
    [InlineData("-12", -12_000_000_000)]
    [InlineData("1.000000001", 1_000_000_001)]
    [InlineData("007.50", 7_500_000_000)]
    [InlineData("9223372036.854775807", long.MaxValue)]
    [InlineData("-9223372036.854775807", -long.MaxValue)]
    [InlineData("-0", 0)]
    public void Plain_decimals_are_read_exactly(string text, long nano)
    {
        Money.TryParse(text, out var money).ShouldBeTrue();
        money.NanoUsd.ShouldBe(nano);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("1.2.3")]
    [InlineData("1.-2")]
    [InlineData("0x10")]
    [InlineData("\u0661")]
    [InlineData("0.0000000001")]
    [InlineData("9223372036.854775808")]
    [InlineData("99999999999")]
    [InlineData("NaN")]
    public void What_is_no_plain_decimal_or_does_not_fit_is_refused(string text)
    {
        Money.TryParse(text, out var money).ShouldBeFalse();
        money.ShouldBe(Money.Zero);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000001")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(40_000_000, "0.04")]
    [InlineData(12_000_000_000, "12")]
    [InlineData(-2_500_000_000, "-2.5")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void Text_has_no_trailing_zeros(long nano, string text) => new Money(nano).ToString().ShouldBe(text);

    [Fact]
    public void Text_reads_back_to_the_same_amount()
    {
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var money = new Money(random.NextInt64(-long.MaxValue, long.MaxValue) >> random.Next(0, 63));

            Money.TryParse(money.ToString(), out var read).ShouldBeTrue();
            read.ShouldBe(money);
        }
    }

    [Fact]
    public void Sums_that_do_not_fit_throw()
    {
        Should.Throw<OverflowException>(() => new Money(long.MaxValue) + new Money(1));
        Should.Throw<OverflowException>(() => new Money(long.MinValue) - new Money(1));
    }

    [Fact]
    public void Amounts_add_subtract_and_compare()
    {
        (new Money(3) + new Money(4)).ShouldBe(new Money(7));
        (new Money(3) - new Money(4)).ShouldBe(new Money(-1));
        (new Money(3) < new Money(4)).ShouldBeTrue();
        (new Money(4) <= new Money(4)).ShouldBeTrue();
        (new Money(5) > new Money(4)).ShouldBeTrue();
        (new Money(4) >= new Money(5)).ShouldBeFalse();
        new Money(4).CompareTo(new Money(5)).ShouldBeLessThan(0);
    }
}
