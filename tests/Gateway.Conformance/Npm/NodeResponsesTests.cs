using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package at the Responses API, one result for each case of its script.</summary>
public sealed class NodeResponsesTests(NodeResponsesSuite suite) : IClassFixture<NodeResponsesSuite>
{
    public static TheoryData<string> Cases => new(NodeResponsesSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served(string name) => suite.Script.Report(name);
}
