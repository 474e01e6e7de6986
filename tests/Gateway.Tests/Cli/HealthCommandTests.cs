using Gateway.Cli;
using Gateway.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Cli;

/// <summary><c>gateway health</c>: where it asks, and what its exit code says.</summary>
public sealed class HealthCommandTests : GatewayTest
{
    [Theory]
    [InlineData("http://localhost:8080", null, null)]
    [InlineData("http://+:9000", "ASPNETCORE_URLS", "http://+:9000;https://+:9001")]
    [InlineData("http://localhost:9000", "ASPNETCORE_HTTP_PORTS", "9000;9001")]
    [InlineData("https://localhost:9001", "ASPNETCORE_HTTPS_PORTS", "9001")]
    [InlineData("http://127.0.0.1:9002", "Kestrel:Endpoints:Main:Url", "http://127.0.0.1:9002")]
    public void Address_is_the_first_that_the_settings_name(string expected, string? key, string? value)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(key is null ? [] : [new(key, value)]).Build();

        HealthCommand.Configured(settings).ShouldBe(expected);
    }

    [Theory]
    [InlineData("http://+:8080", "http://localhost:8080/health/ready")]
    [InlineData("http://*:8080", "http://localhost:8080/health/ready")]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080/health/ready")]
    [InlineData("http://[::]:8080", "http://[::1]:8080/health/ready")]
    [InlineData("https://gateway.internal", "https://gateway.internal/health/ready")]
    public void What_listens_everywhere_is_asked_on_the_loopback_address(string url, string expected)
    {
        HealthCommand.TryAddress(url, "/health/ready", out var address).ShouldBeTrue();
        address.ShouldBe(new Uri(expected));
    }

    [Fact]
    public async Task Exit_code_follows_readiness_and_liveness()
    {
        var url = App.Address.AbsoluteUri;
        (await RunAsync("--url", url)).ShouldBe(0);

        App.Services.GetRequiredService<Readiness>().Leave();

        (await RunAsync("--url", url)).ShouldBe(1);
        (await RunAsync("--url", url, "--live")).ShouldBe(0);
    }

    [Theory]
    [InlineData(2, "--what")]
    [InlineData(2, "--url")]
    [InlineData(2, "--url", "gateway")]
    [InlineData(1, "--url", "http://127.0.0.1:1")]
    public async Task Mistakes_and_silence_are_told_apart(int code, params string[] arguments) => (await RunAsync(arguments)).ShouldBe(code);

    private static async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await HealthCommand.RunAsync(arguments, output, errors, Timeout);

        // One line for whoever reads the container's log, on the stream that fits.
        (code == 0 ? output : errors).ToString().Trim().ShouldNotBeEmpty();
        (code == 0 ? errors : output).ToString().ShouldBeEmpty();
        return code;
    }
}
