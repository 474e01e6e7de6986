using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>A real Prometheus on a free port of this machine, which scrapes one gateway every second and watches the shipped rules.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private const string Executable = "prometheus";
    private const string Checker = "promtool";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _client;

    private PrometheusServer(Process process, DirectoryInfo directory, Uri address)
    {
        (_process, _output, _directory) = (process, new ProcessOutput(process), directory);
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Where the shipped configuration, rules and their tests lie.</summary>
    public static string Shipped => Path.Combine(Repository.Root, "deploy", "prometheus");

    /// <summary>Why there can be none, or null.</summary>
    public static string? WhyAbsent() => new[] { Executable, Checker }.FirstOrDefault(static program => !IsInstalled(program)) is { } missing
        ? $"{missing} is not installed: on Debian it is in the package prometheus."
        : null;

    /// <param name="gateway">Whom to scrape.</param>
    /// <param name="ct">The test's.</param>
    public static async Task<PrometheusServer> StartAsync(Uri gateway, CancellationToken ct)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();

        var directory = Directory.CreateTempSubdirectory("gateway-prometheus-");
        var configuration = Path.Combine(directory.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: ["{{Path.Combine(Shipped, "gateway.rules.yml")}}"]
            scrape_configs:
              - job_name: gateway
                static_configs: [ { targets: ["{{gateway.Authority}}"] } ]
            """,
            ct);
        var start = new ProcessStartInfo(
            Executable, [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(directory.FullName, "data")}", $"--web.listen-address=127.0.0.1:{port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory.FullName,
        };
        var server = new PrometheusServer(new Process { StartInfo = start }, directory, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            server._output.Start();
            await server._output.WaitForAsync(static line => line.Contains("ready to receive web requests", StringComparison.Ordinal), ct).WaitAsync(StartTimeout, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs promtool to its end.</summary>
    /// <param name="input">What it reads from its standard input, or null.</param>
    /// <param name="ct">The test's.</param>
    /// <param name="arguments">As typed.</param>
    /// <returns>Its exit code and all that it printed.</returns>
    public static async Task<(int Code, string Output)> CheckAsync(string? input, CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo(Checker, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Shipped,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using var process = Process.Start(start)!; // Started anew, as no shell takes part.
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.StandardInput.WriteAsync(input.AsMemory(), ct);
        process.StandardInput.Close();
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>The result of an instant query.</summary>
    /// <exception cref="HttpRequestException">It is none that Prometheus understands; the message holds its own.</exception>
    public async Task<JsonArray> QueryAsync(string expression, CancellationToken ct) =>
        (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", ct))["result"]!.AsArray();

    /// <summary><c>data</c> of an answer of its API.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative), ct);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
        return answer.IsSuccessStatusCode && body["data"] is { } data ? data : throw new HttpRequestException($"{path}: {body.ToJsonString()}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_output.Started && !_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
