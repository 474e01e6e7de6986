using Gateway.Conformance.Running;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/readme.test.mjs</c>.</summary>
public sealed class ReadmeSuite(RunningGateway gateway) : NodeSuite(gateway, NewScript())
{
    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => NewScript().Cases;

    private static NodeScript NewScript() => new("readme.test.mjs", "@anthropic-ai/sdk");
}
