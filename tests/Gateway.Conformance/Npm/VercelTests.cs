using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>Vercel's AI SDK with its provider for OpenAI, which speaks both APIs; one result for each case of its script.</summary>
public sealed class VercelTests(VercelSuite suite) : IClassFixture<VercelSuite>
{
    public static TheoryData<string> Cases => new(VercelSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sdk_is_served(string name) => suite.Script.Report(name);
}
