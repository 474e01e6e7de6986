using Gateway.Conformance.Providers;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package sees the same, whichever provider answers.</summary>
public sealed class ProviderTests(ProviderSuite suite) : IClassFixture<ProviderSuite>
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var kind in ProviderKind.Enabled)
            {
                foreach (var name in ProviderSuite.Cases)
                {
                    cases.Add(kind.Dialect, name);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served_the_same(string dialect, string name) => suite.Script(dialect).Report(name);
}
