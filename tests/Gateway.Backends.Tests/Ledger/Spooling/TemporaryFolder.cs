namespace Gateway.Backends.Tests.Ledger.Spooling;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("gateway-spool-").FullName;

    private TemporaryFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>What a spool of that data directory is called.</summary>
    public string Spool => System.IO.Path.Combine(Path, "spool");

    /// <summary>One that somebody else made, and will delete.</summary>
    public static TemporaryFolder Existing(string path) => new(path);

    /// <summary>As a crash would leave it now: the files, and nobody who holds them.</summary>
    public TemporaryFolder CopyOfSpool()
    {
        var copy = new TemporaryFolder();
        Directory.CreateDirectory(copy.Spool);
        foreach (var file in Directory.EnumerateFiles(Spool))
        {
            // Read here and not copied, as copying asks for the lock's own lock.
            if (System.IO.Path.GetFileName(file) != "lock")
            {
                File.Copy(file, System.IO.Path.Combine(copy.Spool, System.IO.Path.GetFileName(file)));
            }
        }

        return copy;
    }

    public string[] Files(string extension) => Directory.Exists(Spool) ? [.. Directory.EnumerateFiles(Spool, $"*{extension}").Order(StringComparer.Ordinal)] : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
