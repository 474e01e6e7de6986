using System.Globalization;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Configuration;

/// <summary>docs/configuration.md says what the program does: the same keys, the same defaults, for each a range and a meaning.</summary>
public sealed class ConfigurationDocumentTests
{
    private static readonly string[] OfTheFramework = ["Serilog", "Kestrel"];

    [Fact]
    public void Every_setting_is_documented_once_and_nothing_else_is()
    {
        var documented = DocumentedSetting.All.Select(static setting => setting.Key).Where(static key => !OfTheFramework.Contains(key.Split(':')[0])).ToList();

        documented.Count.ShouldBeGreaterThan(30);
        documented.GroupBy(static key => key).Where(static group => group.Count() > 1).Select(static group => group.Key).ShouldBeEmpty();
        documented.Except(KnownSettings.All).ShouldBeEmpty("documented, and unknown to the program");
        KnownSettings.All.Except(documented).ShouldBeEmpty("not documented");
    }

    [Fact]
    public void Documented_default_is_the_program_s()
    {
        foreach (var setting in DocumentedSetting.All)
        {
            if (KnownSettings.Bound.TryGetValue(setting.Key, out var bound))
            {
                var value = bound.Property.GetValue(Activator.CreateInstance(bound.Options, nonPublic: true));
                var expected = value switch
                {
                    null => "none",
                    bool flag => flag ? "`true`" : "`false`",
                    _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
                };
                setting.Default.ShouldBe(expected, setting.Key);
            }
        }
    }

    [Fact]
    public void Every_setting_has_a_default_a_range_and_a_meaning() =>
        DocumentedSetting.All.Where(static setting => setting.Default.Length == 0 || setting.Range.Length == 0 || setting.Meaning.Length < 10).ShouldBeEmpty();
}
