using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary><c>node/providers.test.mjs</c>.</summary>
public sealed class OpenAiProviderSuite() : ProviderSuite(NewScript)
{
    public static TheoryData<string, string> Cases => CasesOf(NewScript());

    private static NodeScript NewScript() => new("providers.test.mjs", "openai");
}
