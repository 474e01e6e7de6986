using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Configuration;

/// <summary>A setting that cannot work stops the start, and the message has the key, the value and the fix.</summary>
public sealed class BadSettingTests
{
    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var (key, value, told) in BadSettings.All)
        {
            cases.Add(key, value, told);
        }

        return cases;
    }

    [Fact]
    public void Every_setting_has_a_case() => KnownSettings.All.Except(BadSettings.All.Select(static setting => setting.Key)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Setting_that_cannot_work_stops_the_start_and_the_message_has_key_value_and_fix(string key, string value, string told)
    {
        var refusal = await Record.ExceptionAsync(async () =>
        {
            await using var app = await GatewayApp.StartAsync(new GatewayAppOptions { Settings = new Dictionary<string, string> { [key] = value } });
        });

        StartFailure.TryDescribe(refusal.ShouldNotBeNull($"{key} = '{value}' starts."), out var description).ShouldBeTrue(refusal.ToString());
        description!.ShouldContain(key);
        description.ShouldContain(told);
        description.ShouldMatch("(?i)set it|correct it|leave it out|remove it|must be|use at least");
    }
}
