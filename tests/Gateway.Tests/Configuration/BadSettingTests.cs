using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Configuration;

/// <summary>
/// A setting that cannot work stops the start, and the message has the key, the value and the fix. The program's own entry point is called, and what it says on the
/// error stream of this process is kept, so nothing else may run beside.
/// </summary>
[Collection(nameof(BadSettingTests))]
[CollectionDefinition(nameof(BadSettingTests), DisableParallelization = true)]
public sealed class BadSettingTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // The framework's own, as far as they are looked at.
    private static readonly (string Key, string Value, string Told)[] Listeners =
    [
        ("Kestrel:Endpoints:Main:Url", "gateway", "'gateway'"),
        ("Kestrel:Endpoints:Main:Url", "ftp://*:21", "'ftp://*:21'"),
        ("Kestrel:Endpoints:Main:Protocols", "h2c", "'h2c'"),
        ("Kestrel:EndpointDefaults:Protocols", "2", "Http1AndHttp2"),
        ("Kestrel:Endpoints:Main:Certificate:Path", "/nowhere/tls.crt", "no such file"),
        ("Kestrel:Certificates:Default:KeyPath", "/nowhere/tls.key", "no such file"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-setting-").FullName;
    private readonly TextWriter _errors = Console.Error;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var (key, value, told) in BadSettings.All)
        {
            cases.Add(key, value, told);
        }

        foreach (var (key, value, told) in Listeners)
        {
            cases.Add(key, value, told);
        }

        return cases;
    }

    public void Dispose()
    {
        Console.SetError(_errors);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_setting_has_a_case() => KnownSettings.All.Except(BadSettings.All.Select(static setting => setting.Key)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Setting_that_cannot_work_stops_the_start_and_the_message_has_key_value_and_fix(string key, string value, string told)
    {
        using var errors = new StringWriter();
        Console.SetError(errors);
        string[] arguments =
        [
            "--environment=Production", "--urls=http://127.0.0.1:0", $"--Gateway:DataDirectory={Path.Combine(_folder, "data")}",
            $"--Gateway:CatalogPath={Path.Combine(Repository.Root, "src", "Gateway", "catalog.json")}", $"--{key}={value}",
        ];

        var code = await Task.Run(() => (int?)typeof(Program).Assembly.EntryPoint!.Invoke(null, [arguments]), TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);

        code.ShouldBe(1);
        var description = errors.ToString();
        description.ShouldStartWith("The gateway cannot start.");
        description.ShouldContain(key);
        description.ShouldContain(told);
        description.ShouldMatch("(?i)set it|correct it|leave it out|remove it|must be|use at least");
    }
}
