using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package sees the same, whichever provider answers.</summary>
public sealed class ProviderTests(OpenAiProviderSuite suite) : IClassFixture<OpenAiProviderSuite>
{
    public static TheoryData<string, string> Cases => OpenAiProviderSuite.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served_the_same(string dialect, string name) => suite.Script(dialect).Report(name);
}
