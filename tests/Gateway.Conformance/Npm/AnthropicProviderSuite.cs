using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary><c>node/messages.test.mjs</c>.</summary>
public sealed class AnthropicProviderSuite() : ProviderSuite(NewScript)
{
    public static TheoryData<string, string> Cases => CasesOf(NewScript());

    private static NodeScript NewScript() => new("messages.test.mjs", "@anthropic-ai/sdk");
}
