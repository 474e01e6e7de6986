using System.Diagnostics;
using System.Net.Sockets;

namespace Gateway.Benchmarks.Servers;

/// <summary>A Redis of its own, in memory alone.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private RedisServer(Process process, int port)
    {
        _process = process;
        ConnectionString = $"127.0.0.1:{port}";
    }

    public string ConnectionString { get; }

    public static async Task<RedisServer> StartAsync(Workspace workspace, CancellationToken ct)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo(FindProgram()) { WorkingDirectory = workspace.Root };
        foreach (var argument in new[] { "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile", workspace.File("redis.log") })
        {
            start.ArgumentList.Add(argument);
        }

        var server = new RedisServer(Process.Start(start)!, port); // Null only with the shell's help in starting.
        try
        {
            await server.WaitAsync(port, ct);
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

    private static string FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists)
        ?? throw new CannotMeasureException("redis-server is not on the PATH. Install Redis, or use --backend sqlite.");

    private async Task WaitAsync(int port, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < StartTimeout && !_process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, ct);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
            }
        }

        throw new CannotMeasureException("redis-server did not come up.");
    }
}
