using System.Diagnostics;
using System.Net;

namespace Gateway.Benchmarks.Servers;

/// <summary>A server as a process of its own, listening when it is handed out, killed when it is disposed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ServerProcess(string name, Process process, Uri url)
    {
        Name = name;
        Url = url;
        _process = process;
    }

    public string Name { get; }

    public Uri Url { get; }

    public ProcessFigures Figures => new(_process.Id);

    public bool HasExited => _process.HasExited;

    /// <param name="name">For messages, and of its log file.</param>
    /// <param name="directory">Where it runs and logs.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Added to this process's own.</param>
    /// <param name="url">Where it will listen.</param>
    /// <param name="readyPath">Answers 200 once it does.</param>
    /// <param name="ct">Ends waiting; the process is killed.</param>
    public static async Task<ServerProcess> StartAsync(
        string name, string directory, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, Uri url, string readyPath, CancellationToken ct)
    {
        // A shell that becomes the program: output goes to a file, as a container's does, and costs this process nothing.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = directory };
        var log = Path.Combine(directory, $"{name}.log");
        foreach (var argument in new[] { "-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", name, log }.Concat(command))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new CannotMeasureException($"{name} did not start.");
        var server = new ServerProcess(name, process, url);
        try
        {
            await server.WaitAsync(new Uri(url, readyPath), log, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync(Uri ready, string log, CancellationToken ct)
    {
        using var client = new HttpClient();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(began) > StartTimeout)
            {
                throw new CannotMeasureException($"{Name} did not come up at {Url}. The end of its output:\n{await TailAsync(log, ct)}");
            }

            try
            {
                using var response = await client.GetAsync(ready, ct);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct);
        }
    }

    private static async Task<string> TailAsync(string log, CancellationToken ct)
    {
        var lines = File.Exists(log) ? await File.ReadAllLinesAsync(log, ct) : [];
        return string.Join('\n', lines.TakeLast(20));
    }
}
