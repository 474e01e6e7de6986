using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Running;

/// <summary>The program itself, started with a setting that cannot work: one of each section.</summary>
public sealed class BadSettingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-setting-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var (key, value, told) in BadSettings.All.Where(static setting => setting.Value.Trim().Length > 0).DistinctBy(static setting => setting.Key.Count(static c => c == ':') < 2 ? setting.Key : setting.Key[..setting.Key.LastIndexOf(':')]))
        {
            cases.Add(key, value, told);
        }

        return cases;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Program_ends_by_itself_with_1_and_says_which_key_which_value_and_the_fix(string key, string value, string told)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Gateway__DataDirectory"] = Path.Combine(_folder, "data"),
            [key.Replace(":", "__", StringComparison.Ordinal)] = value,
        };

        var (code, _, errors) = await GatewayCommand.RunAsync(_folder, settings, Ct);

        code.ShouldBe(1, errors);
        errors.ShouldContain("The gateway cannot start.");
        errors.ShouldContain(key);
        errors.ShouldContain(told);
        errors.ShouldNotContain("   at Gateway.");
    }
}
