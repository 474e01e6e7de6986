using System.Globalization;

namespace Gateway.Testing.Redaction;

/// <summary>What one gateway process left behind: its lines, its metrics, and its store as it was at the end.</summary>
/// <param name="folder">Of its own, in which all that lies.</param>
/// <param name="settings">What the process was started with.</param>
/// <param name="shared">What it stands on beside its data directory; null = nothing.</param>
/// <param name="isVerbose">Whether it logs all it can because this run wants it.</param>
internal sealed class GatewayEvidence(string folder, IReadOnlyDictionary<string, string> settings, SharedDatabase? shared, bool isVerbose) : IDisposable
{
    // The names of what logs beside the gateway itself.
    private static readonly string[] Foreign = ["\"SourceContext\":\"Microsoft.", "\"SourceContext\":\"System.", "\"SourceContext\":\"Npgsql", "\"SourceContext\":\"Yarp."];

    private static readonly TimeSpan ScrapeTimeout = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly StreamWriter _console = new(Path.Combine(folder, "console"));
    private bool _scraped;

    public string Folder => folder;

    /// <summary>Lines of the two lowest levels.</summary>
    public int Details { get; private set; }

    /// <summary>Values in its database.</summary>
    public int Values { get; private set; }

    public bool IsVerbose => isVerbose;

    /// <summary>Takes a line down.</summary>
    /// <returns>True where it would not have been printed but for this run, and is no test's business.</returns>
    public bool Take(string line)
    {
        lock (_gate)
        {
            _console.WriteLine(line);
            if (IsAtLevel(line, "Debug", "DBG") || IsAtLevel(line, "Verbose", "VRB"))
            {
                Details++;
                return isVerbose;
            }

            return isVerbose && IsAtLevel(line, "Information", "INF")
                && Foreign.Any(source => line.Contains(source, StringComparison.Ordinal)) && !line.Contains("Microsoft.Hosting.Lifetime", StringComparison.Ordinal);
        }
    }

    /// <summary>Scrapes its metrics, once, while it can still answer.</summary>
    public async Task ScrapeAsync(Uri? address)
    {
        if (_scraped || address is null || settings.ContainsKey("Gateway__MetricsPort"))
        {
            return;
        }

        _scraped = true;
        using var client = new HttpClient { BaseAddress = address, Timeout = ScrapeTimeout };
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "metrics"), await client.GetStringAsync(new Uri("metrics", UriKind.Relative)));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // It ended just now, or a test has made it deaf; what it exported before is searched all the same.
        }
    }

    /// <summary>Copies what it stored, when it has ended.</summary>
    /// <param name="data">Its data directory.</param>
    public async Task StoreAsync(string data)
    {
        lock (_gate)
        {
            _console.Flush();
        }

        await using (var store = File.Create(Path.Combine(folder, "store")))
        {
            var database = Path.Combine(data, "gateway.db");
            Values = shared is not null ? await shared.LeaveAsync(store)
                : File.Exists(database) ? await StoreDump.SqliteAsync(database, store)
                : 0;
        }

        if (!Directory.Exists(data))
        {
            return;
        }

        foreach (var file in Directory.GetFiles(data, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(data, file);
            if (!name.StartsWith("gateway.db", StringComparison.Ordinal) && !name.StartsWith($"files{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"data-{name.Replace(Path.DirectorySeparatorChar, '-')}")), overwrite: true);
            }
        }
    }

    public void Dispose() => _console.Dispose();

    private static bool IsAtLevel(string line, string level, string letters) =>
        line.Contains($"\"level\":\"{level}\"", StringComparison.Ordinal) || line.Contains($" {letters}] ", StringComparison.Ordinal);
}
