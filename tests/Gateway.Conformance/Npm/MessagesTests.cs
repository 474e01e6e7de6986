using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>Anthropic's npm package is served by Anthropic's own API, whichever provider answers.</summary>
public sealed class MessagesTests(AnthropicProviderSuite suite) : IClassFixture<AnthropicProviderSuite>
{
    public static TheoryData<string, string> Cases => AnthropicProviderSuite.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_of_Anthropic_is_served_the_same(string dialect, string name) => suite.Script(dialect).Report(name);
}
