using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class CommandLineTests
{
    [Fact]
    public void Arguments_become_options()
    {
        CommandLine.TryParse(
            ["--urls", "http://127.0.0.1:9123", "--api-key", "sk-x", "--behavior", "pace=10ms;tokens=2", "--no-record"],
            out var options,
            out _).ShouldBeTrue();

        options!.Url.ShouldBe(new Uri("http://127.0.0.1:9123"));
        options.ApiKey.ShouldBe("sk-x");
        options.Default.Tokens.ShouldBe(2);
        options.Record.ShouldBeFalse();
    }

    [Theory]
    [InlineData("--urls", "nowhere", "nowhere")]
    [InlineData("--urls", "https://127.0.0.1:1", "https")]
    [InlineData("--behavior", "stattus=500", "stattus")]
    [InlineData("--unknown", "x", "--unknown")]
    public void Unusable_argument_is_named(string name, string value, string named)
    {
        CommandLine.TryParse([name, value], out _, out var complaint).ShouldBeFalse();

        complaint!.ShouldContain(named);
        complaint!.ShouldContain("Usage:");
    }

    [Fact]
    public void Missing_value_is_no_crash()
    {
        CommandLine.TryParse(["--urls"], out _, out var complaint).ShouldBeFalse();

        complaint!.ShouldContain("--urls");
    }
}
