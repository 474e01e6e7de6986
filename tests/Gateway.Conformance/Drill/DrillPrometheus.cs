using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.Conformance.Drill;

/// <summary>
/// A Prometheus of the test's own that scrapes each second and evaluates a file of rules as often. What a rule waits for before it fires is cut down to a second,
/// and nothing else of it is changed.
/// </summary>
internal sealed partial class DrillPrometheus : IAsyncDisposable
{
    private const string Executable = "prometheus";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;
    private readonly Process _process;
    private readonly ProcessOutput _output;

    private DrillPrometheus(DirectoryInfo folder, int port, Process process)
    {
        (_folder, _process, _output) = (folder, process, new ProcessOutput(process));
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };
    }

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(static folder => File.Exists(Path.Combine(folder, Executable)));

    /// <param name="rules">The file of rules.</param>
    /// <param name="targets">Host and port of each gateway.</param>
    /// <param name="ct">The test's.</param>
    public static async Task<DrillPrometheus> StartAsync(string rules, IEnumerable<string> targets, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-prometheus-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "rules.yml"), Patience().Replace(await File.ReadAllTextAsync(rules, ct), "for: 1s"), ct);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "prometheus.yml"),
            $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: gateway
                static_configs: [{ targets: [{{string.Join(", ", targets.Select(static target => $"\"{target}\""))}}] }]
            """,
            ct);
        var port = FreePort.Find();
        var start = new ProcessStartInfo(
            Executable,
            [
                $"--config.file={Path.Combine(folder.FullName, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}",
                $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--log.level=warn",
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var server = new DrillPrometheus(folder, port, new Process { StartInfo = start });
        try
        {
            server._output.Start();
            await server.WaitUntilReadyAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names of the alerts that fire now.</summary>
    public async Task<IReadOnlySet<string>> FiringAsync(CancellationToken ct) =>
        (await GetAsync("api/v1/alerts", ct))["data"]!["alerts"]!.AsArray()
            .Where(static alert => (string?)alert!["state"] == "firing")
            .Select(static alert => (string)alert!["labels"]!["alertname"]!)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The value of each series that an expression gives now.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression, CancellationToken ct) =>
        [.. (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", ct))["data"]!["result"]!.AsArray()
            .Select(static series => double.Parse((string)series!["value"]![1]!, CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_output.Started && !_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken ct) => JsonNode.Parse(await _client.GetStringAsync(new Uri(path, UriKind.Relative), ct))!;

    private async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        do
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(began) > StartTimeout)
            {
                throw new InvalidOperationException($"Prometheus did not start. It printed:\n{_output.Text}");
            }

            try
            {
                using var answer = await _client.GetAsync(new Uri("-/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    [GeneratedRegex(@"\bfor: \d+[smh]\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Patience();
}
