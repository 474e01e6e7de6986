using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing;

/// <summary>A redis-server of the test's own on a free port of this machine, without persistence; it can be stopped, paused and started again.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Executable = "redis-server";

    private readonly int _port;
    private readonly string[] _arguments;
    private readonly DirectoryInfo _directory;
    private Process? _process;

    private RedisServer(int port, string[] arguments)
    {
        _port = port;
        _arguments = arguments;
        _directory = Directory.CreateTempSubdirectory("gateway-redis-");
    }

    /// <summary>The server that the surroundings offer (<c>GATEWAY_TEST_REDIS</c>, host:port), or null.</summary>
    public static string? Given => Environment.GetEnvironmentVariable("GATEWAY_TEST_REDIS") is { Length: > 0 } given ? given : null;

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(static folder => File.Exists(Path.Combine(folder, Executable)));

    public string Endpoint => $"127.0.0.1:{_port}";

    /// <param name="arguments">Further arguments of redis-server.</param>
    public static async Task<RedisServer> StartNewAsync(CancellationToken ct, params string[] arguments)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();

        var server = new RedisServer(port, arguments);
        try
        {
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again on the same port, and returns when it takes connections.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo(Executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = _directory.FullName,
        };
        string[] arguments = ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no", "--dir", _directory.FullName, .. _arguments];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var said = new StringBuilder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            said.AppendLine(line.Data);
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"{Executable} ended:\n{said}"));
            }
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(ct);
    }

    /// <summary>Runs one command, before any client that needs its effect connects, and waits for its <c>OK</c>.</summary>
    public async Task AskAsync(string command, CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, ct);
        using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), ct);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        if (await reader.ReadLineAsync(ct) is var answer && answer != "+OK")
        {
            throw new InvalidOperationException($"{command}: {answer}");
        }
    }

    /// <summary>Kills it: connections break, memory is lost.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>It keeps its connections and answers nothing, until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _directory.Delete(recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process?.Id ?? throw new InvalidOperationException("The server is not running.")}"]);
        await kill.WaitForExitAsync();
    }
}
