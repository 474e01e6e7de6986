using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>What the npm packages' READMEs show beside plain questions, one result for each case of its script.</summary>
public sealed class ReadmeTests(ReadmeSuite suite) : IClassFixture<ReadmeSuite>
{
    public static TheoryData<string> Cases => new(ReadmeSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served(string name) => suite.Script.Report(name);
}
