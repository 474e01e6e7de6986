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
        ("Kestrel:EndpointDefaults:Protocols", "h2", "Http1AndHttp2"),
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
        var description = await FailAsync((key, value));

        description.ShouldContain(key);
        description.ShouldContain(told);
        description.ShouldMatch("(?i)set it|correct it|leave it out|remove it|must be|use at least");
    }

    [Fact]
    public async Task Certificate_whose_key_is_another_s_stops_the_start_and_the_message_has_its_path()
    {
        using var certificate = new ThrowawayCertificate();
        using var other = new ThrowawayCertificate();

        var description = await FailAsync(
            ("Kestrel:Endpoints:Tls:Url", "https://127.0.0.1:0"), ("Kestrel:Endpoints:Tls:Certificate:Path", certificate.CertificatePath), ("Kestrel:Endpoints:Tls:Certificate:KeyPath", other.KeyPath));

        description.ShouldContain(other.KeyPath);
        description.ShouldContain("Set Certificate:Path and Certificate:KeyPath");
    }

    [Fact]
    public async Task Certificate_that_is_none_stops_the_start_and_the_message_says_where_to_look()
    {
        var path = Path.Combine(_folder, "tls.crt");
        await File.WriteAllTextAsync(path, "no certificate", TestContext.Current.CancellationToken);

        var description = await FailAsync(("Kestrel:Endpoints:Tls:Url", "https://127.0.0.1:0"), ("Kestrel:Endpoints:Tls:Certificate:Path", path));

        description.ShouldContain("Kestrel:Endpoints");
        description.ShouldContain("Set ");
    }

    /// <summary>What a start with these settings says, which fails.</summary>
    private async Task<string> FailAsync(params (string Key, string Value)[] settings)
    {
        using var errors = new StringWriter();
        Console.SetError(errors);
        string[] arguments =
        [
            "--environment=Production", "--urls=http://127.0.0.1:0", $"--Gateway:DataDirectory={Path.Combine(_folder, "data")}",
            $"--Gateway:CatalogPath={Path.Combine(Repository.Root, "src", "Gateway", "catalog.json")}", .. settings.Select(static setting => $"--{setting.Key}={setting.Value}"),
        ];

        var code = await Task.Run(() => (int?)typeof(Program).Assembly.EntryPoint!.Invoke(null, [arguments]), TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);

        code.ShouldBe(1);
        var description = errors.ToString();
        description.ShouldStartWith("The gateway cannot start.");
        return description;
    }
}
