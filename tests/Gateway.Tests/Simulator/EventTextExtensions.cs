using Shouldly;

namespace Gateway.Tests.Simulator;

internal static class EventTextExtensions
{
    /// <summary>The text after a prefix that must be there.</summary>
    public static string ShouldStartWithThenRest(this string text, string prefix)
    {
        text.ShouldStartWith(prefix, Case.Sensitive);
        return text[prefix.Length..];
    }
}
