using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package, one result for each case of its script.</summary>
public sealed class NodeClientTests(NodeSuite suite) : IClassFixture<NodeSuite>
{
    public static TheoryData<string> Cases => new(NodeSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served(string name) => suite.Script.Report(name);
}
