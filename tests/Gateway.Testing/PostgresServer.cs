using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Gateway.Testing;

/// <summary>
/// A PostgreSQL server for tests: the one that <c>GATEWAY_TEST_POSTGRES</c> names, or one started here from what Debian installs, with its data in a
/// temporary directory and fsync on.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Variable = "GATEWAY_TEST_POSTGRES";
    private readonly string? _binaries;
    private readonly string? _directory;
    private readonly int _port;

    private PostgresServer(string connectionString, string? binaries, string? directory, int port)
    {
        ConnectionString = connectionString;
        (_binaries, _directory, _port) = (binaries, directory, port);
    }

    public string ConnectionString { get; }

    /// <summary>Whether it was started here and may be stopped.</summary>
    public bool IsOwn => _directory is not null;

    /// <summary>Why there can be none, or null.</summary>
    public static string? WhyAbsent() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || FindBinaries() is not null
            ? null
            : $"PostgreSQL is not installed under /usr/lib/postgresql, and {Variable} is not set.";

    /// <summary>The named server, or a new one.</summary>
    public static Task<PostgresServer> ConnectOrStartAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Task.FromResult(new PostgresServer(named, null, null, 0))
            : StartNewAsync();

    /// <summary>A server of the test's own, which it may stop and start.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException(WhyAbsent());
        var directory = Directory.CreateTempSubdirectory("gateway-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", directory);
        }

        var port = FreePort();
        var server = new PostgresServer($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", binaries, directory, port);
        await server.RunAsOwnerAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8");
        await server.StartAsync();
        return server;
    }

    public Task StartAsync() => RunAsOwnerAsync(
        "pg_ctl", "-D", Data, "-w", "-t", "30", "-l", Path.Combine(Data, "log"), "-o", $"-p {_port} -k {Data} -c listen_addresses=127.0.0.1 -c max_connections=200", "start");

    /// <summary>Ends it as a crash would: no connection is told.</summary>
    public Task KillAsync() => RunAsOwnerAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>A new, empty database; the string that connects to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"gateway_test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"create database {name}";
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is null)
        {
            return;
        }

        await RunAsOwnerAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory ?? throw new InvalidOperationException("This server was not started here."), "data");

    private static string? FindBinaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .Where(version => File.Exists(Path.Combine(version, "bin", "initdb")))
                .OrderByDescending(version => int.TryParse(Path.GetFileName(version), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
                .FirstOrDefault()
            : null;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // PostgreSQL refuses to run as root.
    private Task RunAsOwnerAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries!, program);
        return Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" })
            ?? throw new InvalidOperationException($"{program} does not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
        }
    }
}
