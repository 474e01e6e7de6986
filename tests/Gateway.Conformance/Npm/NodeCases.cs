using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>One result of a script as the result of a test.</summary>
internal static class NodeCases
{
    /// <summary>Passes, fails or skips as the case did.</summary>
    public static void Report(this NodeScript script, string name)
    {
        if (script.WhyAbsent is { } reason)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") == "1", reason);
            Assert.Fail(reason);
        }

        if (!script.TryGet(name, out var failure))
        {
            Assert.Fail($"The case did not run. Node printed:\n{script.Output}");
        }

        if (failure is not null)
        {
            Assert.Fail(failure);
        }
    }
}
