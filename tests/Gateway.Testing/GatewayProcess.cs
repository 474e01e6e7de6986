using System.Diagnostics;
using System.Text.Json.Nodes;
using Gateway.Testing.Redaction;

namespace Gateway.Testing;

/// <summary>
/// The built gateway, run as an operator runs it: <c>dotnet Gateway.dll</c> with settings from the environment. It is up when this has
/// been made, and all that it prints is kept.
/// </summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LineTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(50);

    // What is set around the test must not reach the gateway.
    private static readonly string[] ForeignSettings = ["ASPNETCORE_", "DOTNET_ENVIRONMENT", "DOTNET_URLS", "Gateway__", "ConnectionStrings__", "Serilog__", "OTEL_", "OPENAI_", "AZURE_", "ANTHROPIC_", "GEMINI_"];

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly GatewayEvidence? _evidence;
    private readonly string _folder;

    private GatewayProcess(Process process, GatewayEvidence? evidence, string folder, string data, GatewayProcessOptions options)
    {
        (_process, _evidence, _folder) = (process, evidence, folder);
        _output = new ProcessOutput(process, evidence);
        CatalogPath = CatalogIn(folder);
        DataDirectory = data;
        AdminKey = options.AdminKey;
    }

    /// <summary>Its catalog's file, to be changed by a test.</summary>
    public string CatalogPath { get; }

    /// <summary>Where its data lie.</summary>
    public string DataDirectory { get; }

    /// <summary>Such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri BaseAddress { get; private set; } = null!; // Known before StartAsync returns.

    /// <summary>What an OpenAI client takes for its base URL.</summary>
    public Uri OpenAiBase => new(BaseAddress, "v1");

    public string AdminKey { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All lines printed so far, of both streams; not those that are printed only for <see cref="RunEvidence"/>.</summary>
    public string Output => _output.Text;

    /// <exception cref="InvalidOperationException">It ended or was not ready in time; the message holds what it printed.</exception>
    public static async Task<GatewayProcess> StartAsync(GatewayProcessOptions options, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-process-").FullName;
        var catalog = CatalogIn(folder);
        await File.WriteAllTextAsync(catalog, options.Catalog, cancellationToken);

        var data = options.DataDirectory ?? Path.Combine(folder, "data");
        var command = Command(options, catalog, data);
        var evidence = RunEvidence.Current?.Begin(options, command.Environment);
        var gateway = new GatewayProcess(new Process { StartInfo = command }, evidence, folder, data, options);
        try
        {
            await gateway.StartAsync(cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first line, printed already or yet to come, that satisfies the condition.</summary>
    /// <exception cref="TimeoutException">None came within a minute.</exception>
    public Task<string> WaitForLineAsync(Predicate<string> condition, CancellationToken cancellationToken) =>
        _output.WaitForAsync(condition, cancellationToken).WaitAsync(LineTimeout, cancellationToken);

    /// <summary>Leaves what it prints unread from now on, as a console or a log collector that hangs.</summary>
    public void HoldOutput() => _output.Hold();

    public void ReleaseOutput() => _output.Release();

    /// <summary>Asks it to end, as an operator's init system does, and does not wait.</summary>
    public void Terminate()
    {
        if (!_process.HasExited)
        {
            ProcessSignals.Terminate(_process);
        }
    }

    /// <summary>Asks it to end, where it has not ended, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await ScrapeAsync();
        Terminate();
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        return _process.ExitCode;
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        await ScrapeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        ReleaseOutput();
        if (_output.Started && !_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        if (_evidence is not null)
        {
            await _evidence.StoreAsync(DataDirectory);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task ScrapeAsync() => _evidence is null || _process.HasExited ? Task.CompletedTask : _evidence.ScrapeAsync(BaseAddress);

    private static ProcessStartInfo Command(GatewayProcessOptions options, string catalog, string data)
    {
        var assembly = Repository.BuiltAssembly("Gateway");
        if (!File.Exists(assembly))
        {
            throw new InvalidOperationException($"The gateway is not built: there is no {assembly}.");
        }

        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = options.Environment;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Gateway__CatalogPath"] = catalog;
        start.Environment["Gateway__DataDirectory"] = data;
        start.Environment["Gateway__AdminKey"] = options.AdminKey;
        foreach (var (name, value) in options.Settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string CatalogIn(string folder) => Path.Combine(folder, "catalog.json");

    private static bool IsForeign(string name) => ForeignSettings.Any(foreign => name.StartsWith(foreign, StringComparison.OrdinalIgnoreCase));

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(StartTimeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            _output.Start();
            BaseAddress = AddressIn(await _output.WaitForAsync(line => AddressIn(line) is not null, either.Token))!;
            await WaitUntilReadyAsync(either.Token);
        }
        catch (Exception exception) when (exception is EndOfStreamException || timeout.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The gateway did not start. It printed:\n{Output}", exception);
        }
    }

    /// <summary>The address in the line of JSON that says where the host listens, or null.</summary>
    private static Uri? AddressIn(string line) =>
        line.Contains("Now listening on", StringComparison.Ordinal) && JsonNode.Parse(line)?["address"] is { } address
            ? new Uri((string)address!)
            : null;

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = BaseAddress };
        using var timer = new PeriodicTimer(ProbeEvery, TimeProvider.System);
        do
        {
            using var answer = await client.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
