using Gateway.Core.Errors;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Errors;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0, "0s")]
    [InlineData(1, "1ms")]
    [InlineData(120, "120ms")]
    [InlineData(999, "999ms")]
    [InlineData(1000, "1s")]
    [InlineData(1010, "1.01s")]
    [InlineData(59_999, "59.999s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(86_400, "1m26.4s")]
    [InlineData(360_000, "6m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(5_011_000, "1h23m31s")]
    [InlineData(90_000_001, "25h0m0.001s")]
    public void Durations_read_as_go_prints_them(long milliseconds, string text)
    {
        GoDuration.FormatMilliseconds(milliseconds).ShouldBe(text);
        GoDuration.Format(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);
    }

    [Theory]
    [InlineData(1, "1ms")]
    [InlineData(10_000, "1ms")]
    [InlineData(10_001, "2ms")]
    [InlineData(9_990_001, "1s")]
    public void Parts_of_a_millisecond_are_rounded_up(long ticks, string text) => GoDuration.Format(new TimeSpan(ticks)).ShouldBe(text);
}
