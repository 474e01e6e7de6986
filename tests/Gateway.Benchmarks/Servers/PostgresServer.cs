using System.Diagnostics;

namespace Gateway.Benchmarks.Servers;

/// <summary>A PostgreSQL of its own with the settings that it is shipped with, fsync among them.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _programs;
    private readonly string _data;

    private PostgresServer(string programs, string data, int port)
    {
        _programs = programs;
        _data = data;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
    }

    public string ConnectionString { get; }

    public static async Task<PostgresServer> StartAsync(CancellationToken ct)
    {
        var programs = FindPrograms();

        // Outside the workspace: it belongs to another user where this runs as root, under which PostgreSQL will not.
        var data = Directory.CreateTempSubdirectory("gateway-benchmarks-postgres-").FullName;
        if (IsRoot)
        {
            await RunAsync(["chown", "postgres", data], ct);
        }

        var port = FreePort.Next();
        var server = new PostgresServer(programs, data, port);
        try
        {
            await RunAsync([.. AsPostgres, Path.Combine(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], ct);
            await RunAsync(
                [.. AsPostgres, Path.Combine(programs, "pg_ctl"), "-D", data, "-w", "-l", Path.Combine(data, "log"), "-o", $"-p {port} -k {data} -c listen_addresses=127.0.0.1", "start"], ct);
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
        if (File.Exists(Path.Combine(_data, "postmaster.pid")))
        {
            await RunAsync([.. AsPostgres, Path.Combine(_programs, "pg_ctl"), "-D", _data, "-m", "fast", "-w", "stop"], CancellationToken.None);
        }

        Directory.Delete(_data, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string[] AsPostgres => IsRoot ? ["runuser", "-u", "postgres", "--"] : [];

    private static string FindPrograms()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [];
        return path.Concat(debian).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new CannotMeasureException("PostgreSQL's initdb is neither on the PATH nor under /usr/lib/postgresql. Install PostgreSQL, or use --backend sqlite.");
    }

    private static async Task RunAsync(string[] command, CancellationToken ct)
    {
        // pg_ctl's child keeps its output open; waiting for the end of that would wait for the server.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var argument in new[] { "-c", "exec \"$@\" >/dev/null 2>&1", "sh" }.Concat(command))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!; // Null only with the shell's help in starting.
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new CannotMeasureException($"'{string.Join(' ', command)}' ended with {process.ExitCode}.");
        }
    }
}
