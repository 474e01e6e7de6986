namespace Gateway.Storage;

/// <summary>Where rows live: PostgreSQL when it is named, else a SQLite file.</summary>
internal sealed class StorageOptions
{
    public const string DataDirectoryKey = "Gateway:DataDirectory";
    public const string PostgresKey = "ConnectionStrings:Postgres";

    public string DataDirectory { get; set; } = "./data";

    public string? Postgres { get; set; }

    public string SqliteFile => Path.GetFullPath(Path.Combine(DataDirectory, "gateway.db"));

    /// <summary>Uploaded files, beside SQLite.</summary>
    public string FilesDirectory => Path.GetFullPath(Path.Combine(DataDirectory, "files"));

    /// <summary>Bodies of requests that are too large for memory, while they are held; on this node's disk.</summary>
    public string UploadsDirectory => Path.GetFullPath(Path.Combine(DataDirectory, "uploads"));

    /// <summary>Ledger rows that are not in the database yet; on this node's disk, whichever database there is.</summary>
    public string SpoolDirectory => Path.GetFullPath(Path.Combine(DataDirectory, "spool"));

    /// <summary>Months of the ledger that were dropped from the database.</summary>
    public string ArchiveDirectory => Path.GetFullPath(Path.Combine(DataDirectory, "archive"));
}
