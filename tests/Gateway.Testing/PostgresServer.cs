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
    private const string IdFile = "postmaster.pid";
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

    /// <summary>Whether a server of the test's own can be started.</summary>
    public static bool IsInstalled => FindBinaries() is not null;

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
        var port = FreePort();
        var server = new PostgresServer($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", binaries, directory, port);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", "postgres", directory);
            }

            await server.RunAsOwnerAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8");
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task StartAsync() => RunAsOwnerAsync(
        "pg_ctl", "-D", Data, "-w", "-t", "30", "-l", Path.Combine(Data, "log"), "-o", $"-p {_port} -k {Data} -c listen_addresses=127.0.0.1 -c max_connections=200", "start");

    /// <summary>Ends it as a crash would: no connection is told.</summary>
    public Task KillAsync() => RunAsOwnerAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>SIGKILL to each of its processes: nothing is flushed, no connection told. <see cref="StartAsync"/> recovers from its log.</summary>
    public async Task CrashAsync()
    {
        var server = ServerId() ?? throw new InvalidOperationException("The server is not running.");

        // Stopped first, so that it starts no process that is missed; and while it does not look at those that died, none of their ids is used anew.
        await RunAsync("kill", "-STOP", $"{server}");
        foreach (var child in (await File.ReadAllTextAsync($"/proc/{server}/task/{server}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Kill(int.Parse(child, CultureInfo.InvariantCulture));
        }

        Kill(server);
        while (IsAlive(server))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        // A dead process whose parent does not ask for it still has its id, and would pass for the owner of these.
        File.Delete(Path.Combine(Data, IdFile));
        File.Delete(Path.Combine(Data, $".s.PGSQL.{_port}.lock"));
    }

    /// <summary>A new, empty database; the string that connects to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"gateway_test_{Guid.NewGuid():N}";

        // Not out of a pool: the server may have been killed since.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"create database {name}";
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ToString();
    }

    /// <summary>Copies a database to a file while it is in use, as an operator does.</summary>
    public Task DumpAsync(string connectionString, string file) =>
        RunAsync(Path.Combine(_binaries!, "pg_dump"), "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-Fc", "-f", file, DatabaseOf(connectionString));

    /// <summary>Makes a new database of such a file; the string that connects to it.</summary>
    public async Task<string> RestoreAsync(string file)
    {
        var restored = await CreateDatabaseAsync();
        await RunAsync(Path.Combine(_binaries!, "pg_restore"), "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "--exit-on-error", "-d", DatabaseOf(restored), file);
        return restored;
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is null)
        {
            return;
        }

        try
        {
            if (ServerId() is not null)
            {
                await KillAsync();
            }
        }
        finally
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>The process that all others of the server are children of, or null where it does not run.</summary>
    private int? ServerId()
    {
        var file = Path.Combine(Data, IdFile);
        return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsAlive(id) ? id : null;
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // The state stands behind the name, which is in brackets and may hold blanks; Z is dead and not yet asked for.
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[text.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static string DatabaseOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database ?? "postgres";

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
