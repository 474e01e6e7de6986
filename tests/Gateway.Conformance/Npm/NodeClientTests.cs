using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package, one result for each case of its script.</summary>
public sealed class NodeClientTests(NodeSuite suite) : IClassFixture<NodeSuite>
{
    public static TheoryData<string> Cases => new(NodeSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served(string name)
    {
        if (suite.WhyAbsent is { } reason)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") == "1", reason);
            Assert.Fail(reason);
        }

        if (!suite.TryGet(name, out var failure))
        {
            Assert.Fail($"The case did not run. Node printed:\n{suite.Output}");
        }

        if (failure is not null)
        {
            Assert.Fail(failure);
        }
    }
}
