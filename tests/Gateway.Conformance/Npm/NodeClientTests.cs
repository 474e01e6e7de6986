using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package, one result for each case of its script.</summary>
public sealed class NodeClientTests(NodeChatSuite suite) : IClassFixture<NodeChatSuite>
{
    public static TheoryData<string> Cases => new(NodeChatSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served(string name) => suite.Script.Report(name);
}
