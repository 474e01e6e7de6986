using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.CommandLine;

/// <summary><c>gateway ledger verify</c>, as an operator types it, with the settings that the gateway would take.</summary>
public sealed class LedgerCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-ledger-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Settings_come_from_the_file_and_the_environment_wins()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), """{"Gateway":{"DataDirectory":"of-the-file"}}""", Ct);

        var ofFile = await RunAsync("ledger", "verify");
        var ofEnvironment = await GatewayCommand.RunAsync(_folder, new Dictionary<string, string> { ["Gateway__DataDirectory"] = "of-the-environment" }, Ct, "ledger", "verify");

        (ofFile.Code, ofEnvironment.Code).ShouldBe((2, 2));
        ofFile.Errors.ShouldContain("Gateway:DataDirectory = 'of-the-file'");
        ofEnvironment.Errors.ShouldContain("Gateway:DataDirectory = 'of-the-environment'");
        Directory.EnumerateDirectories(_folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ledger")]
    [InlineData("ledger", "verfiy")]
    [InlineData("ledger", "verify", "--tennant", "x")]
    public async Task Mistyped_command_starts_no_server(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);

        code.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain("gateway ledger verify [--from TIME]");
    }

    [Fact]
    public async Task Settings_file_that_is_broken_is_told()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), "{", Ct);

        var (code, _, errors) = await RunAsync("ledger", "verify");

        code.ShouldBe(2);
        errors.ShouldContain("appsettings.json");
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        GatewayCommand.RunAsync(_folder, new Dictionary<string, string>(), Ct, arguments);
}
