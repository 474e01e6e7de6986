using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>That the simulator speaks Anthropic's dialect: Anthropic's own npm package understands it.</summary>
public sealed class AnthropicSimulatorTests(AnthropicSimulatorSuite suite) : IClassFixture<AnthropicSimulatorSuite>
{
    public static TheoryData<string> Cases => new(AnthropicSimulatorSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_of_Anthropic_understands_the_simulator(string name) => suite.Script.Report(name);
}
